/**
 * Lists that are kept apart, as they were. What is written is the difference between the list's newest version and the
 * one of then, as any other change of it.
 */

import { readList } from "../../lists/hold.ts";
import { isKept, listParts, listsIn } from "../../lists/named-lists.ts";
import type { Staged, Staging } from "../../lists/staging.ts";
import type { DecidedList } from "../../log/decision.ts";
import type { KeptList, SegmentDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { StoreFault } from "../../store/fault.ts";
import { keysBetween } from "../../store/list-history.ts";
import type { ListPart, StoredList } from "../../store/list-store.ts";
import { namedAfter } from "../segments/keys/commit.ts";
import { withKeys } from "../segments/keys/edit.ts";
import { begin, storedList } from "../segments/keys/targets.ts";
import type { Services } from "../services.ts";

/** One list of the segment, and what leads there from its newest version: nothing where that says the same. */
interface PreparedList {
  readonly part: ListPart;
  readonly named: KeptList;
  readonly step?: { readonly staging: Staging; readonly staged: Staged };
}

/** The lists of a segment of then, ready for a decision on a state in which the segment still is what it was. */
export class PreparedLists {
  readonly #segment: string;
  readonly #revision: number | undefined;
  readonly #lists: readonly PreparedList[];

  constructor(now: ProjectState, segment: string, lists: readonly PreparedList[]) {
    this.#segment = segment;
    this.#revision = now.segments.get(segment)?.revision;
    this.#lists = lists;
  }

  isFor(state: ProjectState): boolean {
    return this.#lists.length === 0 || state.segments.get(this.#segment)?.revision === this.#revision;
  }

  /** The segment of then, its lists named as they will be, and the differences that make them so. */
  in(segment: SegmentDocument, state: ProjectState) {
    const lists: DecidedList[] = [];
    let after = segment;
    for (const { part, named, step } of this.#lists) {
      const made = step && namedAfter(segment, state, { part, staged: step.staged, target: { list: named.list } });
      if (made !== undefined) lists.push(made.listed);
      after = withKeys(after, part, made?.named ?? named);
    }
    return { segment: after, lists };
  }

  /** `made` where a change names what was staged. */
  async end(outcome: "made" | "not made", error?: unknown): Promise<void> {
    for (const { step } of this.#lists) {
      if (outcome === "made" || (error instanceof StoreFault && error.kind === "uncertain")) step?.staging.keep();
      await step?.staging.discard();
    }
  }
}

/** Stages what leads back to the lists of `then`. */
export async function prepareLists(
  services: Services,
  now: ProjectState,
  { then, segment: key }: { readonly then: ProjectState; readonly segment: string },
): Promise<PreparedLists> {
  const segment = then.segments.get(key)?.document;
  const prepared: PreparedList[] = [];
  if (segment === undefined || listsIn(segment).length === 0) return new PreparedLists(now, key, []);
  for (const part of listParts) {
    const named = segment[part];
    if (isKept(named)) prepared.push(await prepare(services, now, { part, named }));
  }
  return new PreparedLists(now, key, prepared);
}

async function prepare(
  services: Services,
  now: ProjectState,
  { part, named }: Pick<PreparedList, "part"> & { readonly named: KeptList },
): Promise<PreparedList> {
  const stored = await storedList(services, now.key, named.list);
  const newest = stored.changes.at(-1)?.revision ?? named.version;
  if (newest === named.version) return { part, named };
  const step = await services.state.watchStore(() => stage(services, now.key, { stored, named, newest }));
  if (step.staged.added + step.staged.removed > 0) return { part, named, step };
  await step.staging.discard();
  return { part, named: { ...named, version: newest } };
}

async function stage(
  services: Services,
  project: string,
  { stored, named, newest }: { readonly stored: StoredList; readonly named: KeptList; readonly newest: number },
) {
  const store = services.ledger.storedLists;
  const held = services.ledger.lists(project).get(stored.id);
  const list = held?.version === newest ? held : await readList(store, stored, newest);
  const staging = await begin(services, { listKey: list.listKey, base: { number: stored.number, list } });
  try {
    for await (const page of keysBetween(store, stored, { revision: newest, since: named.version })) {
      for (const { key, was, is } of page) if (was !== is) await staging.put({ key, added: was });
    }
    return { staging, staged: await staging.finish() };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}
