/** Compiled rulesets: of this server's own views, kept as long as the view is, and of the past, the last few. */
import { type CompiledRuleset, compileRuleset, type KeyLists, readRuleset } from "@bannerol/core";
import type { View } from "../../log/view.ts";

export class CompiledViews {
  readonly #byView = new WeakMap<View, CompiledRuleset>();

  /** `lists` are those that the view names, at the versions that it names. */
  of(view: View, lists: KeyLists): CompiledRuleset {
    const known = this.#byView.get(view);
    if (known !== undefined) return known;
    const compiled = compileRuleset(readRuleset(view.ruleset()), undefined, lists);
    this.#byView.set(view, compiled);
    return compiled;
  }
}

/** Somebody who looks at one moment asks of it more than once; a large ruleset takes megabytes. */
const KEPT_PASTS = 4;

/** What is past does not change, so it is loaded once, however many ask at the same time. */
export class CompiledPasts {
  readonly #byName = new Map<string, Promise<CompiledRuleset>>();

  /** `name` tells project, environment and revision. A load that fails is forgotten. */
  of(name: string, load: () => Promise<CompiledRuleset>): Promise<CompiledRuleset> {
    const known = this.#byName.get(name);
    const found = known ?? load();
    // Put in anew, the one that was asked for last comes last.
    this.#byName.delete(name);
    this.#byName.set(name, found);
    if (known === undefined) found.catch(() => this.#byName.delete(name));
    const [oldest] = this.#byName.keys();
    if (this.#byName.size > KEPT_PASTS && oldest !== undefined) this.#byName.delete(oldest);
    return found;
  }
}
