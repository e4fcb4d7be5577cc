/** Which archived flags nobody misses any more, and so leave the views. Pure. */
import type { FlagDocument, Item } from "../../../state/documents.ts";
import type { ProjectState } from "../../../state/project-state.ts";
import type { Decided } from "../../decision.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
export const ARCHIVED_FOR_MS = 30 * DAY_MS;
export const UNASKED_FOR_MS = DAY_MS;
/** Of one change; the others leave with the next. */
export const MOST_AT_ONCE = 500;

export interface LeaveInput {
  /** Epoch milliseconds. */
  readonly at: number;
  /** When an SDK was last asked for a flag in an environment, epoch milliseconds; `undefined` where none is known to have been. */
  readonly lastAsked: (environment: string, flag: string) => number | undefined;
}

/**
 * A flag that was archived 30 days ago, and that no SDK has been asked for in a day, leaves: who asks for it from now on
 * gets the default in their code. `restore` brings it back. The keys of those that leave are the result.
 */
export function leaveViews(state: ProjectState, { at, lastAsked }: LeaveInput): Decided<readonly string[]> {
  const isAsked = (key: string): boolean =>
    [...state.environments.keys()].some((environment) => at - (lastAsked(environment, key) ?? 0) < UNASKED_FOR_MS);
  const leaving = [...state.flags.values()]
    .map(({ document }) => document)
    .filter((flag) => isOld(flag, at) && !isAsked(flag.key))
    .slice(0, MOST_AT_ONCE);
  const items = leaving.map((flag): Item => {
    return { kind: "flag", key: flag.key, environment: "", after: { ...flag, leftAt: at } };
  });
  return { ok: true, action: "flag.leave", items, result: leaving.map(({ key }) => key) };
}

function isOld({ archivedAt, leftAt }: FlagDocument, at: number): boolean {
  return archivedAt !== undefined && leftAt === undefined && at - archivedAt >= ARCHIVED_FOR_MS;
}
