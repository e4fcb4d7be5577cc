/** Turns what was decided into what is committed. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { KeyList } from "@bannerol/core";
import { type Item, type ItemName, itemId, type RecordedItem } from "../state/documents.ts";
import { fold } from "../state/fold.ts";
import { documentOf, type ProjectState } from "../state/project-state.ts";
import type { HeldClaim } from "../store/idempotency-store.ts";
import type { Change, UnitOfWork } from "../store/port.ts";
import { writeRecord } from "../store/record.ts";
import type { ChangeRequest, Decision, KeptAnswer } from "./decision.ts";
import { VIEW_FORMAT } from "./projection/project.ts";
import type { View } from "./view.ts";
import { type AlteredView, renewedViews, viewChanges } from "./views.ts";

/** Work, and what memory will hold once it is written. */
export interface Proposal {
  readonly work: UnitOfWork;
  readonly foreseen: Foreseen;
  /** Characters of its record. */
  readonly size: number;
}

/** The state after a change, its hash and instant included, and how it alters the views. */
export interface Foreseen {
  readonly state: ProjectState;
  readonly alterations: readonly AlteredView[];
  /** Lists as they are after it, by id, where they are known already. */
  readonly lists?: ReadonlyMap<string, KeyList>;
}

/** What is the same for whoever follows the log: the state after these items, and what they alter. */
export function foresee(state: ProjectState, change: Parameters<typeof fold>[1]): Foreseen {
  const after = fold(state, change);
  return { state: after, alterations: viewChanges(state, after, change.items) };
}

/** The work that a decision asks for; `undefined` where the state says all of it already. */
export function proposal<T, R>(
  state: ProjectState,
  request: ChangeRequest,
  decision: Extract<Decision<T, R>, { readonly ok: true }>,
): Proposal | undefined {
  const items = decision.items.map(asRecorded).filter((item) => !says(state, item));
  if (items.length === 0) return undefined;
  const foreseen = foresee(state, { revision: state.revision + 1, hash: "", at: state.at, items });
  refuseUnreadable(foreseen.state, items);
  const lists = new Map(decision.lists?.map(({ work, after }) => [work.list, after]));
  const work = unitOfWork(state, request, { decision, items, views: foreseen.alterations });
  // It is known before it is made: the store writes it on this state or not at all.
  const { change, text } = writeRecord(work, state);
  const { hash: head, at } = change;
  return {
    work: { ...work, ...claimOf(change, { claim: request.claim, answer: decision.answer }) },
    foreseen: { ...foreseen, state: { ...foreseen.state, head, at }, lists },
    size: text.length,
  };
}

function unitOfWork(
  state: ProjectState,
  { project, actor, at, requestId, approval, ...request }: ChangeRequest,
  parts: {
    readonly decision: Pick<
      Extract<Decision<unknown, unknown>, { readonly ok: true }>,
      "action" | "comment" | "credentials" | "lists"
    >;
    readonly items: readonly RecordedItem[];
    readonly views: readonly AlteredView[];
  },
): UnitOfWork {
  const { decision, items, views } = parts;
  const { comment = request.comment } = decision;
  return {
    project,
    expectedRevision: state.revision,
    expectedHead: state.head,
    at,
    actor,
    action: decision.action,
    items,
    views,
    viewFormat: VIEW_FORMAT,
    ...(comment === undefined ? {} : { comment }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(approval === undefined ? {} : { approval: approval.record, closes: approval.closes(state.revision + 1) }),
    ...(decision.credentials === undefined ? {} : { credentials: decision.credentials }),
    ...(decision.lists === undefined ? {} : { lists: decision.lists.map(({ work }) => work) }),
  };
}

/** The claim of the request with the answer that the change completes it with. */
function claimOf(
  change: Change,
  { claim, answer }: { readonly claim: HeldClaim | undefined; readonly answer: KeptAnswer | undefined },
): Pick<UnitOfWork, "claim"> {
  if (claim === undefined) return {};
  const { caller, key, holder } = claim;
  const held = { caller, key, holder };
  return { claim: answer === undefined ? held : { ...held, answer: answer(change) } };
}

/** The work that gives every entity a new version, for a program that projects otherwise than the one before. */
export function renewal(state: ProjectState, views: ReadonlyMap<string, View>, at: number): UnitOfWork {
  return {
    project: state.key,
    expectedRevision: state.revision,
    at,
    actor: { type: "system", id: "server", name: "server" },
    action: "views.renew",
    items: [],
    views: renewedViews(state, views),
    viewFormat: VIEW_FORMAT,
  };
}

/** What could not be read again is a defect of whoever decided: refused before it is written. */
function refuseUnreadable(after: ProjectState, items: readonly RecordedItem[]): void {
  for (const item of items) {
    const damaged = after.unreadable.get(itemId(item));
    if (damaged !== undefined) throw new Error(`${described(item)} cannot be written: ${damaged.reason}.`);
  }
}

/** Those of these items that would change anything. */
export function differing(state: ProjectState, items: readonly Item[]): readonly Item[] {
  return items.filter((item) => !says(state, asRecorded(item)));
}

function asRecorded({ kind, key, environment, after }: Item): RecordedItem {
  return { kind, key, environment, after: JSON.parse(JSON.stringify(after)) };
}

function says(state: ProjectState, item: RecordedItem): boolean {
  return isDeepStrictEqual(documentOf(state, item), item.after);
}

function described({ kind, key, environment }: ItemName): string {
  return environment === "" ? `The ${kind} ${key}` : `The ${kind} ${key} of ${environment}`;
}
