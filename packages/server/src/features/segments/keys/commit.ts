/** Makes a staged difference part of a change, if the segment still is what it was staged for. */
import { KeyList } from "@bannerol/core";
import type { SegmentKeysChanged } from "@bannerol/protocol/schemas";
import type { ProjectScope } from "../../../auth/scope.ts";
import type { Answer } from "../../../http/route.ts";
import type { Staged, Staging } from "../../../lists/staging.ts";
import type { KeptList, SegmentDocument } from "../../../state/documents.ts";
import type { ProjectState, Revised } from "../../../state/project-state.ts";
import { StoreFault } from "../../../store/fault.ts";
import type { ListPart } from "../../../store/list-store.ts";
import { type ChangeContext, change, type Done } from "../../commands.ts";
import type { Decided } from "../../decision.ts";
import { segmentNotFound } from "../../reading.ts";
import type { Services } from "../../services.ts";
import { itemOf, refuseSize, withKeys } from "./edit.ts";

/** One request that changes the keys of a segment. */
export interface Desk {
  readonly services: Services;
  readonly scope: ProjectScope;
  readonly context: ChangeContext;
  readonly key: string;
  readonly part: ListPart;
  readonly comment?: string | undefined;
  /** What the request is answered with once the keys are changed. */
  readonly answer: (state: ProjectState) => Answer<SegmentKeysChanged>;
}

/** The list that a difference is for. `secret` is there where the change makes it. */
export interface Target {
  readonly list: string;
  readonly secret?: string;
}

export const subjectOf = ({ key }: Pick<Desk, "key">) => ({ kind: "segment", key, environment: "" }) as const;

/** Nothing was written: somebody was faster. */
export const AGAIN: Extract<Decided<boolean>, { readonly ok: true }> = {
  ok: true,
  action: "segment.keys",
  items: [],
  result: false,
};

/** Decides on the segment as it is; `AGAIN` where it is not the one that was prepared for. */
export function onSegment(
  desk: Pick<Desk, "key">,
  revision: number,
  decide: (segment: SegmentDocument, state: ProjectState) => Decided<boolean>,
): (state: ProjectState) => Decided<boolean> {
  return (state) => {
    const segment = state.segments.get(desk.key);
    if (segment === undefined) return segmentNotFound(state, desk.key);
    return segment.revision === revision ? decide(segment.document, state) : AGAIN;
  };
}

/** The state after it, or `undefined` where somebody was faster; what was staged is gone then. */
export async function commitStaged(
  desk: Desk,
  { revision }: Revised<SegmentDocument>,
  step: { readonly staging: Staging; readonly staged: Staged; readonly target: Target },
): Promise<ProjectState | undefined> {
  const { services, scope, context, comment, part } = desk;
  const { staging, staged, target } = step;
  const decide = onSegment(desk, revision, (segment, state) => decideStaged(segment, state, { part, staged, target }));
  try {
    const answer = ({ state }: Done<boolean>) => desk.answer(state);
    const command = { subject: subjectOf(desk), comment, decide, answer };
    const { state, result } = await change(services, scope, context, command);
    if (result) staging.keep();
    await staging.discard();
    return result ? state : undefined;
  } catch (error) {
    // What may have been committed must stay; where it was not, it is removed in the end.
    if (error instanceof StoreFault && error.kind === "uncertain") staging.keep();
    await staging.discard();
    throw error;
  }
}

function decideStaged(
  segment: SegmentDocument,
  state: ProjectState,
  { part, staged, target }: { readonly part: ListPart; readonly staged: Staged; readonly target: Target },
): Decided<boolean> {
  const { listed, named } = namedAfter(segment, state, { part, staged, target });
  const after = withKeys(segment, part, named);
  const items = [itemOf(after)];
  return refuseSize(after) ?? { ok: true, action: "segment.keys", items, lists: [listed], result: true };
}

/** How the document names the list as it is after the difference, and what the ledger is told of it. */
export function namedAfter(
  segment: SegmentDocument,
  state: Pick<ProjectState, "revision">,
  { part, staged, target }: { readonly part: ListPart; readonly staged: Staged; readonly target: Target },
) {
  const { after, number, difference, added, removed, digest } = staged;
  const version = state.revision + 1;
  const list = new KeyList({ version, listKey: after.listKey }, after.fingerprints);
  const named: KeptList = { list: target.list, count: list.size, version };
  const made = target.secret === undefined ? {} : { made: { number, secret: target.secret } };
  const change = { segment: segment.key, part, list: target.list, added, removed, digest };
  return { named, listed: { work: { ...change, difference, ...made }, after: list } };
}
