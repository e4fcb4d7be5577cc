/**
 * Holds the one ruleset that evaluations read, and swaps it whole: whoever evaluates twice in one synchronous run
 * sees one revision. It neither fetches nor keeps anything.
 */
import { type CompiledRuleset, compileRuleset, type KeyLists, type Ruleset } from "@bannerol/core";

/** Where a state came from. */
export type Source = "server" | "cache" | "bootstrap" | "file";

/** A ruleset in force. */
export interface Installed {
  readonly compiled: CompiledRuleset;
  readonly lists?: KeyLists | undefined;
}

/** What evaluations look at. A plain field, since a call for each look-up would cost more than the look-up. */
export interface Holder {
  installed: Installed | undefined;
  /** Another one for each that is installed: who looked something up asks by it whether to look again, and holds no old one. */
  turn: number;
}

export interface RulesetChange {
  readonly epoch: string;
  readonly revision: number;
  /** Flags whose results may differ, also through segments and prerequisites. */
  readonly keys: readonly string[];
}

/** Serves `ruleset` from now on, with the long lists of keys that it names. The answer says what differs; undefined where that state was served already. */
export function install(holder: Holder, ruleset: Ruleset, lists?: KeyLists): RulesetChange | undefined {
  const before = holder.installed?.compiled;
  const compiled = compileRuleset(ruleset, before, lists);
  holder.installed = { compiled, lists };
  holder.turn++;
  const { epoch, revision } = ruleset;
  const keys = [...compiled.changed];
  // A file's author may change it and leave its revision as it was.
  const same = before?.ruleset.epoch === epoch && before.ruleset.revision === revision && keys.length === 0;
  return same ? undefined : { epoch, revision, keys };
}
