/** Adds keys to a list of a segment and removes others: one change, whatever the list's size. */
import { refuse } from "../../../http/refusal.ts";
import { isKept } from "../../../lists/named-lists.ts";
import type { Staged, Staging } from "../../../lists/staging.ts";
import type { SegmentDocument } from "../../../state/documents.ts";
import type { ProjectState, Revised } from "../../../state/project-state.ts";
import type { KeyRow } from "../../../store/list-store.ts";
import { change, type Done } from "../../commands.ts";
import type { Decided } from "../../decision.ts";
import { segmentNotFound, segmentOf, stateOf } from "../../reading.ts";
import { AGAIN, commitStaged, type Desk, subjectOf } from "./commit.ts";
import { editedKeys, hasKey, inOtherList, itemOf, type KeyEdit, otherPart, refuseSize, withKeys } from "./edit.ts";
import { openTarget } from "./targets.ts";

/** Of other writers' changes in between. */
const MAX_TRIES = 8;

/** The state after it. Throws `RefusedError`, or a `StoreFault`. */
export async function editKeys(desk: Desk, edit: KeyEdit): Promise<ProjectState> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const done = (await editListed(desk, edit)) ?? (await editKept(desk, edit));
    if (done !== undefined) return done;
  }
  return refuse("conflict", `Segment ${desk.key} changes faster than this could be done. Try again.`);
}

/** In the document, where the list is there and stays there. */
async function editListed(desk: Desk, edit: KeyEdit): Promise<ProjectState | undefined> {
  const { services, scope, context, comment } = desk;
  const decide = (state: ProjectState) => decideListed(desk, state, edit);
  const answer = ({ state }: Done<boolean>) => desk.answer(state);
  const done = await change(services, scope, context, { subject: subjectOf(desk), comment, decide, answer });
  return done.result ? done.state : undefined;
}

function decideListed(desk: Desk, state: ProjectState, edit: KeyEdit): Decided<boolean> {
  const segment = state.segments.get(desk.key)?.document;
  if (segment === undefined) return segmentNotFound(state, desk.key);
  const both = overlap(desk, segment, edit);
  if (both !== undefined) return inOtherList(desk.key, desk.part, both);
  const keys = segment[desk.part];
  const after = isKept(keys) ? undefined : editedKeys(keys, edit);
  if (after === undefined) return AGAIN;
  const changed = withKeys(segment, desk.part, after);
  return refuseSize(changed) ?? { ok: true, action: "segment.keys", items: [itemOf(changed)], result: true };
}

async function editKept(desk: Desk, edit: KeyEdit): Promise<ProjectState | undefined> {
  const segment = segmentOf(stateOf(desk.services, desk.scope), desk.key);
  const rows = rowsOf(desk, segment, edit);
  if (rows.length === 0) return unchanged(desk, segment);
  const { target, staging } = await openTarget(desk, segment.document[desk.part]);
  const staged = await desk.services.state.watchStore(() => stageAll(staging, rows));
  return commitStaged(desk, segment, { staging, staged, target });
}

async function stageAll(staging: Staging, rows: readonly KeyRow[]): Promise<Staged> {
  try {
    for (const row of rows) await staging.put(row);
    return await staging.finish();
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

function rowsOf({ services, scope, part }: Desk, { document }: Revised<SegmentDocument>, edit: KeyEdit): KeyRow[] {
  const keys = document[part];
  const add = new Set(edit.add);
  const remove = [...new Set(edit.remove)].filter((key) => !add.has(key));
  if (!isKept(keys)) {
    const gone = new Set(remove);
    const all = new Set([...keys.filter((key) => !gone.has(key)), ...add]);
    return [...all].map((key) => ({ key, added: true }));
  }
  const has = hasKey(keys, services.ledger.lists(scope.place.project));
  const came = [...add].filter((key) => !has(key)).map((key) => ({ key, added: true }));
  return [...came, ...remove.filter(has).map((key) => ({ key, added: false }))];
}

/** Says so only to who may change it, and read what is there. */
async function unchanged(desk: Desk, { revision }: Revised<SegmentDocument>): Promise<ProjectState | undefined> {
  const { services, scope, context } = desk;
  const decide = (state: ProjectState): Decided<boolean> =>
    state.segments.get(desk.key)?.revision === revision ? { ...AGAIN, result: true } : AGAIN;
  const done = await change(services, scope, context, { subject: subjectOf(desk), decide });
  return done.result ? done.state : undefined;
}

/** A key to be added that the segment's other list has. */
function overlap({ services, scope, part }: Desk, segment: SegmentDocument, { add }: KeyEdit): string | undefined {
  return add.find(hasKey(segment[otherPart(part)], services.ledger.lists(scope.place.project)));
}
