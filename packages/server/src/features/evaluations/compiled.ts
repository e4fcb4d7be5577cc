/** Compiled rulesets of this server's own views, kept as long as the view is. */
import { type CompiledRuleset, compileRuleset, readRuleset } from "@bannerol/core";
import type { View } from "../../log/view.ts";

export class CompiledViews {
  readonly #byView = new WeakMap<View, CompiledRuleset>();

  of(view: View): CompiledRuleset {
    const known = this.#byView.get(view);
    if (known !== undefined) return known;
    const compiled = compileRuleset(readRuleset(view.ruleset()));
    this.#byView.set(view, compiled);
    return compiled;
  }
}
