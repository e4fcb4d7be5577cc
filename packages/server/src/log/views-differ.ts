import { loadState } from "../state/fold.ts";
import type { StoredEntity, StoredProject } from "../store/port.ts";
import { VIEW_FORMAT } from "./projection/project.ts";
import { presentIn, sightsOf } from "./views.ts";

type Shown = Pick<StoredEntity, "environment" | "class" | "kind" | "key">;

/**
 * Why the views that a database keeps are not those of its documents; `undefined` where they are. What was taken out of a
 * view's table is shown to nobody, whatever the history says of it.
 */
export function viewsDiffer(stored: StoredProject): string | undefined {
  // Of another program: a server renews them when it starts.
  if (stored.viewsLost === true || stored.viewFormat !== VIEW_FORMAT) return undefined;
  const state = loadState(stored);
  const due = sightsOf(state, state).flatMap((sight) =>
    presentIn(state, sight).map((entity) => ({ ...sight, ...entity })),
  );
  const kept = stored.entities.filter(({ dropped }) => !dropped);
  const [missing] = without(due, kept);
  if (missing !== undefined)
    return `${viewOf(missing)} lacks the ${missing.kind} ${missing.key}, which the history put there.`;
  const [stray] = without(kept, due);
  return stray && `${viewOf(stray)} holds the ${stray.kind} ${stray.key}, which the history did not put there.`;
}

function without(all: readonly Shown[], others: readonly Shown[]): readonly Shown[] {
  const known = new Set(others.map(nameOf));
  return all.filter((one) => !known.has(nameOf(one)));
}

function nameOf({ environment, class: viewClass, kind, key }: Shown): string {
  return JSON.stringify([environment, viewClass, kind, key]);
}

function viewOf({ environment, class: viewClass }: Shown): string {
  return `The view of ${environment} for ${viewClass} keys`;
}
