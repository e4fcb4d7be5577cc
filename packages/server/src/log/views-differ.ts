import { setImmediate as eventLoop } from "node:timers/promises";
import { loadState } from "../state/fold.ts";
import type { StoredEntity, StoredProject } from "../store/port.ts";
import { VIEW_FORMAT } from "./projection/project.ts";
import { presentIn, sightsOf, viewId } from "./views.ts";

type Shown = Pick<StoredEntity, "environment" | "class" | "kind" | "key">;

/**
 * Why the views that a database keeps are not those of its documents; `undefined` where they are. What was taken out of a
 * view's table is shown to nobody, whatever the history says of it. Between views the event loop gets its turn.
 */
export async function viewsDiffer(stored: StoredProject): Promise<string | undefined> {
  // Of another program: a server renews them when it starts.
  if (stored.viewsLost === true || stored.viewFormat !== VIEW_FORMAT) return undefined;
  await eventLoop();
  const state = loadState(stored);
  const kept = new Map<string, Shown>();
  for (const entity of stored.entities) if (!entity.dropped) kept.set(nameOf(entity), entity);
  for (const sight of sightsOf(state, state)) {
    await eventLoop();
    for (const { kind, key } of presentIn(state, sight)) {
      const due = { ...sight, kind, key };
      if (!kept.delete(nameOf(due))) return `${viewOf(due)} lacks the ${kind} ${key}, which the history put there.`;
    }
  }
  const [stray] = kept.values();
  return stray && `${viewOf(stray)} holds the ${stray.kind} ${stray.key}, which the history did not put there.`;
}

function nameOf(shown: Shown): string {
  return `${viewId(shown)} ${shown.kind} ${shown.key}`;
}

function viewOf({ environment, class: viewClass }: Shown): string {
  return `The view of ${environment} for ${viewClass} keys`;
}
