/** For which documents a change was proposed, and whether they still are those. Pure. */
import type { Base } from "../../http/approved.ts";
import { type Item, type ItemName, itemId } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { revisionOf } from "../reading.ts";

/** What these items touch; a targeting means what it does by its flag's definition, so that belongs to it. */
export function basesOf(state: ProjectState, items: readonly Item[]): readonly Base[] {
  const flags = items.flatMap(({ kind, key }) =>
    kind === "targeting" ? [{ kind: "flag", key, environment: "" } as const] : [],
  );
  const names = new Map(
    [...items, ...flags].map(({ kind, key, environment }) => [
      itemId({ kind, key, environment }),
      { kind, key, environment },
    ]),
  );
  return [...names.values()].map((name) => ({ ...name, revision: revisionNow(state, name) }));
}

/** The first that is not what it was, in words; `undefined` where all still are. */
export function movedSince(state: ProjectState, bases: readonly Base[]): string | undefined {
  const moved = bases.find((base) => revisionNow(state, base) !== base.revision);
  return moved && described(moved, revisionNow(state, moved));
}

/**
 * The first of these items that is none of what was proposed. What is made under a name that is drawn anew each time, such
 * as a schedule, has another one by now: it counts as one of its kind that was to be made there.
 */
export function goesBeyond(state: ProjectState, bases: readonly Base[], items: readonly Item[]): Item | undefined {
  const touched = new Set(items.map(itemId));
  const known = new Set(bases.map(itemId));
  const unmade = bases.filter((base) => base.revision === 0 && !touched.has(itemId(base)));
  return items.find((item) => {
    if (known.has(itemId(item))) return false;
    const at = revisionNow(state, item) > 0 ? -1 : unmade.findIndex((base) => isLike(base, item));
    if (at >= 0) unmade.splice(at, 1);
    return at < 0;
  });
}

function isLike(a: ItemName, b: ItemName): boolean {
  return a.kind === b.kind && a.environment === b.environment;
}

function revisionNow(state: ProjectState, name: ItemName): number {
  return revisionOf(state, name) ?? 0;
}

function described({ kind, key, environment, revision }: Base, now: number): string {
  const place = environment === "" ? "" : ` in ${environment}`;
  const what = kind === "targeting" ? `the targeting of ${key}${place}` : `the ${kind} ${key}${place}`;
  if (now === 0) return `${what} is not there any more`;
  return revision === 0 ? `${what} was made meanwhile` : `${what} was changed meanwhile (revision ${now})`;
}
