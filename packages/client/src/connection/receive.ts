/** What a message does to the state in hand: applied whole, or left aside with a reason. Pure. */
import { applyDelta, checksumAfter, checksumOf, type Ruleset, readRuleset } from "@bannerol/core";
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
  if (ruleset === undefined) return MISFIT;
  if (delta.to <= ruleset.revision) return COVERED;
  if (delta.from !== ruleset.revision) return MISFIT;
  if (checksumAfter(memory.checksum, ruleset, delta) !== delta.checksum) return MISFIT;
  return applied(memory, applyDelta(ruleset, delta), delta.checksum);
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
  const document = parseJson(body);
  // A ruleset has no type. It may be large, and is not parsed a second time to be found no message.
  if (typeof document !== "object" || document === null || !("type" in document))
    return receiveDocument(memory, document);
  const parsed = parseServerMessage(body);
  if (!parsed.ok || parsed.message === undefined) return receiveDocument(memory, document);
  if (parsed.message.type === "delta") return receiveDelta(memory, parsed.message);
  if (parsed.message.type === "snapshot") return receiveSnapshot(memory, parsed.message);
  return { kind: "unreadable", reason: `a message of type ${parsed.message.type} is no ruleset` };
}

function receiveDocument(memory: Memory, document: unknown): Received {
  try {
    const ruleset = readRuleset(document);
    const have = memory.ruleset;
    // Within an epoch revisions never go back; another epoch's state replaces ours whatever its number.
    if (have !== undefined && have.epoch === ruleset.epoch && ruleset.revision < have.revision) return COVERED;
    return applied(memory, ruleset, checksumOf(ruleset));
  } catch (error) {
    return { kind: "unreadable", reason: error instanceof Error ? error.message : "the ruleset cannot be read" };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function applied(memory: Memory, ruleset: Ruleset, checksum: number): Received {
  return { kind: "applied", ruleset, memory: { ...memory, ruleset, checksum } };
}
