/**
 * Remembers which revisions altered which view, so that "who has revision 42?" can be asked of a view that 42 did not
 * touch: a connection has it when it has the newest revision of its view up to 42.
 *
 * Begins with the process. Of what came before it knows the newest alteration of each view alone.
 */
import type { View } from "../../log/view.ts";

const KEPT = 10_000;

export class ViewRevisions {
  readonly #revisions = new Map<string, number[]>();

  /** The view as it is now. To be told before the first change of each view, and after every change to it. */
  altered({ project, environment, class: viewClass, revision }: View): void {
    const id = JSON.stringify([project, environment, viewClass]);
    const before = this.#revisions.get(id) ?? [];
    // Revisions go down only where one history was replaced by another.
    const known = (before.at(-1) ?? 0) > revision ? [] : before;
    if (known.at(-1) === revision) return;
    known.push(revision);
    if (known.length > KEPT) known.shift();
    this.#revisions.set(id, known);
  }

  /** The newest revision of the view that is not after `revision`; 0 where none is known. */
  asOf(
    { project, environment, class: viewClass }: Pick<View, "project" | "environment" | "class">,
    revision: number,
  ): number {
    const known = this.#revisions.get(JSON.stringify([project, environment, viewClass])) ?? [];
    const after = known.findIndex((each) => each > revision);
    return (after < 0 ? known.at(-1) : known[after - 1]) ?? 0;
  }
}
