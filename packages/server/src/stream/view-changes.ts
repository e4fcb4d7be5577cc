/** When the last changes of each view were made: for telling how long they took to arrive. */
import type { Applied } from "../log/follower.ts";
import { viewIdOf } from "./view-id.ts";

/** Of each view. An SDK that takes longer is counted by the change that it then says it has. */
const KEPT = 256;

export class ViewChanges {
  readonly #instants = new Map<string, Map<number, number>>();

  take({ change, views }: Pick<Applied, "change" | "views">): void {
    for (const view of views) {
      const id = viewIdOf(view);
      const instants = this.#instants.get(id) ?? new Map<number, number>();
      this.#instants.set(id, instants.set(view.revision, change.at));
      const [oldest] = instants.keys();
      if (instants.size > KEPT && oldest !== undefined) instants.delete(oldest);
    }
  }

  /** Epoch milliseconds; `undefined` where it was too long ago, or before this process. */
  instantOf(viewId: string, revision: number): number | undefined {
    return this.#instants.get(viewId)?.get(revision);
  }
}
