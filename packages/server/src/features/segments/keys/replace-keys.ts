/**
 * Replaces a list of a segment by keys that arrive one a line: one change, and what it keeps is the difference.
 *
 *     line ─► limits, other list ─┬─ up to 10,000 and none kept apart ─► the document
 *                                 └─ fingerprint ─┬─ not in the list now ─► staged as added
 *                                                 └─ remembered
 *     end  ─► the list's own keys ─► those not remembered ─► staged as removed ─► committed
 *
 * Memory holds fingerprints and one buffer, never the body.
 */
import { FingerprintCollector, KeyList, MAX_LISTED_KEYS } from "@bannerol/core";
import { refuse } from "../../../http/refusal.ts";
import { inSlices } from "../../../lists/in-slices.ts";
import { MAX_SEGMENT_KEYS, wrongWithKey } from "../../../lists/key-limits.ts";
import { isKept } from "../../../lists/named-lists.ts";
import type { SegmentDocument } from "../../../state/documents.ts";
import type { ProjectState, Revised } from "../../../state/project-state.ts";
import { keysAt } from "../../../store/list-history.ts";
import { change, tryOut } from "../../commands.ts";
import type { Decided } from "../../decision.ts";
import { segmentNotFound, segmentOf, stateOf } from "../../reading.ts";
import { AGAIN, commitStaged, type Desk, onSegment, subjectOf } from "./commit.ts";
import { hasKey, itemOf, otherPart, refuseSize, shown, withKeys } from "./edit.ts";
import { linesOf } from "./lines.ts";
import { type OpenTarget, openTarget } from "./targets.ts";

const MAX_UPLOAD_MS = 60 * 60 * 1_000;

/** The state after it. Throws `RefusedError`, or a `StoreFault`; nothing of the body is kept then. */
export async function replaceKeys(desk: Desk, body: ReadableStream<Uint8Array> | null): Promise<ProjectState> {
  refuseEarly(desk);
  const segment = segmentOf(stateOf(desk.services, desk.scope), desk.key);
  const arrival = new Arrival(desk, segment);
  const keys = keysIn(desk, segment.document, body);
  let done: ProjectState | undefined;
  try {
    for await (const page of keys) await arrival.take(page);
    done = await arrival.commit();
  } catch (error) {
    await arrival.giveUp();
    throw error;
  }
  const detail = `Segment ${desk.key} was changed while its keys arrived, and is as it was made then. Look at it, and send them again.`;
  return done ?? refuse("conflict", detail);
}

/** What need not wait for a million lines: whether the caller may, and read what is there. */
function refuseEarly(desk: Desk): void {
  tryOut(desk.services, desk.scope, desk.context, {
    subject: subjectOf(desk),
    decide(state): Decided<boolean> {
      const segment = state.segments.get(desk.key)?.document;
      if (segment === undefined) return segmentNotFound(state, desk.key);
      return { ...AGAIN, items: [itemOf(withKeys(segment, desk.part, []))] };
    },
  });
}

/** The keys of the body, piece by piece; an empty line is none. */
async function* keysIn(desk: Desk, segment: SegmentDocument, body: ReadableStream<Uint8Array> | null) {
  const { services, scope, part } = desk;
  const began = services.now();
  const inOther = hasKey(segment[otherPart(part)], services.ledger.lists(scope.place.project));
  let line = 0;
  let count = 0;
  for await (const lines of linesOf(body)) {
    const keys: string[] = [];
    for (const key of lines) {
      line += 1;
      if (key === "") continue;
      refuseWrong(key, line);
      if (inOther(key)) refuseLine(line, `is in ${otherPart(part)} of segment ${desk.key} too, and cannot be in both.`);
      keys.push(key);
    }
    count += keys.length;
    if (count > MAX_SEGMENT_KEYS) refuseCount(line);
    if (services.now() - began > MAX_UPLOAD_MS) {
      refuse("request_timeout", "The keys did not arrive within an hour. Nothing was changed; send them faster.");
    }
    yield keys;
  }

  function refuseLine(at: number, what: string): never {
    refuse("invalid", `Line ${at} ${what} Nothing was changed.`);
  }
}

function refuseWrong(key: string, line: number): void {
  const wrong = wrongWithKey(key);
  if (wrong !== undefined) refuse("limit_exceeded", `Line ${line}, ${shown(key)}, ${wrong} Nothing was changed.`);
}

function refuseCount(line: number): never {
  const detail = `There are more than ${MAX_SEGMENT_KEYS} keys, by line ${line}, and that is the limit. Nothing was changed; tell the members by a condition.`;
  return refuse("body_too_large", detail);
}

/** Keys as they arrive, kept in the document's form for as long as they fit it. */
class Arrival {
  readonly #desk: Desk;
  readonly #segment: Revised<SegmentDocument>;
  #listed: Set<string> | undefined;
  #kept: KeptArrival | undefined;

  constructor(desk: Desk, segment: Revised<SegmentDocument>) {
    this.#desk = desk;
    this.#segment = segment;
    if (!isKept(segment.document[desk.part])) this.#listed = new Set();
  }

  async take(keys: readonly string[]): Promise<void> {
    if (this.#listed === undefined) return (await this.#keep()).take(keys);
    for (const key of keys) this.#listed.add(key);
    if (this.#listed.size <= MAX_LISTED_KEYS) return;
    const soFar = [...this.#listed];
    this.#listed = undefined;
    await (await this.#keep()).take(soFar);
  }

  async commit(): Promise<ProjectState | undefined> {
    return this.#listed === undefined ? (await this.#keep()).commit() : this.#commitListed([...this.#listed]);
  }

  async giveUp(): Promise<void> {
    await this.#kept?.giveUp();
  }

  async #keep(): Promise<KeptArrival> {
    if (this.#kept === undefined) {
      const opened = await openTarget(this.#desk, this.#segment.document[this.#desk.part]);
      this.#kept = new KeptArrival(this.#desk, this.#segment, opened);
    }
    return this.#kept;
  }

  async #commitListed(keys: readonly string[]): Promise<ProjectState | undefined> {
    const { services, scope, context, comment, part } = this.#desk;
    const decide = onSegment(this.#desk, this.#segment.revision, (segment) => {
      const after = withKeys(segment, part, keys);
      return refuseSize(after) ?? { ok: true, action: "segment.keys", items: [itemOf(after)], result: true };
    });
    const command = { subject: subjectOf(this.#desk), comment, decide };
    const { state, result } = await change(services, scope, context, command);
    return result ? state : undefined;
  }
}

/** Keys as they arrive for a list that is kept apart. */
class KeptArrival {
  readonly #desk: Desk;
  readonly #segment: Revised<SegmentDocument>;
  readonly #opened: OpenTarget;
  readonly #seen: FingerprintCollector;

  constructor(desk: Desk, segment: Revised<SegmentDocument>, opened: OpenTarget) {
    this.#desk = desk;
    this.#segment = segment;
    this.#opened = opened;
    this.#seen = new FingerprintCollector(opened.staging.listKey);
  }

  async take(keys: readonly string[]): Promise<void> {
    const { staging, before } = this.#opened;
    for (const key of keys) {
      this.#seen.add(key);
      if (before?.list.has(key) !== true) await staging.put({ key, added: true });
    }
  }

  async commit(): Promise<ProjectState | undefined> {
    const { staging, target } = this.#opened;
    const { state } = this.#desk.services;
    await state.watchStore(() => this.#removeOthers());
    const staged = await state.watchStore(() => staging.finish());
    if (staged.added + staged.removed === 0) {
      await staging.discard();
      return stateOf(this.#desk.services, this.#desk.scope);
    }
    return commitStaged(this.#desk, this.#segment, { staging, staged, target });
  }

  async giveUp(): Promise<void> {
    await this.#opened.staging.discard();
  }

  async #removeOthers(): Promise<void> {
    const { staging, before } = this.#opened;
    if (before === undefined) return;
    const { version, listKey } = before.list;
    const seen = new KeyList({ version, listKey }, await inSlices(this.#seen.finish()));
    for await (const page of keysAt(this.#desk.services.ledger.storedLists, before.stored, { revision: version })) {
      for (const key of page) if (!seen.has(key)) await staging.put({ key, added: false });
    }
  }
}
