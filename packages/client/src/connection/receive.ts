/** What a message does to the state in hand: applied whole, or left aside with a reason. Pure. */
import { applyDelta, checksumAfter, checksumOf, type Ruleset, readLines, readRuleset, versionOf } from "@bannerol/core";
import { type DeltaMessage, parseServerMessage, type SnapshotMessage } from "@bannerol/protocol";
import type { Memory } from "./state.ts";

export type Received =
  | { readonly kind: "applied"; readonly memory: Memory; readonly ruleset: Ruleset }
  /** Known already, or older than what is known: nothing to do. */
  | { readonly kind: "covered" }
  /** It does not continue the state in hand. */
  | { readonly kind: "misfit" }
  /** It is no state at all. */
  | { readonly kind: "unreadable"; readonly reason: string };

const COVERED: Received = { kind: "covered" };
const MISFIT: Received = { kind: "misfit" };

export function receiveDelta(memory: Memory, delta: DeltaMessage): Received {
  const { ruleset } = memory;
  if (ruleset === undefined || isOfAnother(delta, ruleset)) return MISFIT;
  if (delta.to <= ruleset.revision) return COVERED;
  if (delta.from !== ruleset.revision || !leadsWhereItSays(delta)) return MISFIT;
  if (checksumAfter(memory.checksum ?? checksumOf(ruleset), ruleset, delta) !== delta.checksum) return MISFIT;
  return applied(memory, applyDelta(ruleset, delta), delta.checksum);
}

/** Numbers of another epoch mean nothing here, even where they fit, and versions may stand for other documents. */
function isOfAnother({ epoch }: DeltaMessage, ruleset: Ruleset): boolean {
  return epoch !== undefined && epoch !== ruleset.epoch;
}

/**
 * A document's version is the revision that made it, so the newest is where a delta leads; what only goes leaves no trace of
 * when. The checksum does not count where it leads, and a client that took a later revision for its own would be ahead of
 * its server for ever.
 */
function leadsWhereItSays({ flags, segments, to }: DeltaMessage): boolean {
  const documents = [...Object.values(flags), ...Object.values(segments)];
  const versions = documents.map((document) => (document === null ? undefined : versionOf(document)));
  const known = versions.filter((version) => version !== undefined);
  if (known.some((version) => version > to)) return false;
  return known.length < versions.length || known.includes(to);
}

export function receiveSnapshot(memory: Memory, snapshot: SnapshotMessage): Received {
  const read = receiveDocument(memory, snapshot.ruleset);
  if (read.kind !== "applied" || read.memory.checksum === snapshot.checksum) return read;
  return { kind: "unreadable", reason: "a ruleset's checksum is not the one that was announced" };
}

/** The deltas that were kept while a ruleset was fetched, in the order of their arrival. */
export function receivePending(
  memory: Memory,
  pending: readonly DeltaMessage[],
): { readonly memory: Memory; readonly complete: boolean } {
  let latest = memory;
  for (const delta of pending) {
    const received = receiveDelta(latest, delta);
    if (received.kind === "applied") latest = received.memory;
    else if (received.kind !== "covered") return { memory: latest, complete: false };
  }
  return { memory: latest, complete: true };
}

/** The body of an answer to a fetch: a ruleset, or, as on the stream, a delta or a snapshot. */
export function receiveBody(memory: Memory, body: string): Received {
  const laidOut = readLines(body);
  if (laidOut !== undefined) return receiveRuleset(memory, laidOut);
  const document = parseJson(body);
  // A ruleset has no type. It may be large, and is not parsed a second time to be found no message.
  if (typeof document !== "object" || document === null || !("type" in document))
    return receiveDocument(memory, document);
  const parsed = parseServerMessage(body);
  if (!parsed.ok || parsed.message === undefined) return receiveDocument(memory, document);
  if (parsed.message.type === "delta") return receiveAnswer(memory, parsed.message);
  if (parsed.message.type === "snapshot") return receiveSnapshot(memory, parsed.message);
  return { kind: "unreadable", reason: `a message of type ${parsed.message.type} is no ruleset` };
}

/** Who asked what changed since the state in hand may hear that nothing did. */
function receiveAnswer(memory: Memory, delta: DeltaMessage): Received {
  const { ruleset } = memory;
  if (ruleset === undefined || isOfAnother(delta, ruleset) || delta.to !== ruleset.revision) {
    return receiveDelta(memory, delta);
  }
  return delta.checksum === (memory.checksum ?? checksumOf(ruleset))
    ? applied(memory, ruleset, delta.checksum)
    : MISFIT;
}

function receiveDocument(memory: Memory, document: unknown): Received {
  try {
    return receiveRuleset(memory, readRuleset(document));
  } catch (error) {
    return { kind: "unreadable", reason: error instanceof Error ? error.message : "the ruleset cannot be read" };
  }
}

function receiveRuleset(memory: Memory, ruleset: Ruleset): Received {
  const have = memory.ruleset;
  // Within an epoch revisions never go back; another epoch's state replaces ours whatever its number.
  if (have !== undefined && have.epoch === ruleset.epoch && ruleset.revision < have.revision) return COVERED;
  return applied(memory, ruleset, checksumOf(ruleset));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function applied(before: Memory, ruleset: Ruleset, checksum: number): Received {
  const { upTo } = before.ruleset?.epoch === ruleset.epoch ? before : { upTo: -1 };
  const memory: Memory = { ...before, ruleset, checksum, upTo: Math.max(upTo, ruleset.revision) };
  return { kind: "applied", ruleset, memory };
}
