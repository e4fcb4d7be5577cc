import type { Finding } from "../check/inspection.ts";
import type { FlagType, Ruleset } from "../model.ts";
import type { References } from "../references.ts";
import type { Outcome } from "../result.ts";
import { affectedNames } from "./affected.ts";
import type { GraphNode, GraphScope } from "./graph.ts";
import { LazyFlag } from "./lazy-flag.ts";
import { LazySegment } from "./lazy-segment.ts";
import type { Scope } from "./linked.ts";

/** A flag, ready to be asked. Reading it is put off to the first use of any of these members. None of them throws. */
export interface CompiledFlag {
  readonly key: string;
  /** `undefined` where the flag cannot be read. */
  readonly type: FlagType | undefined;
  /** 0 where the flag cannot be read. */
  readonly version: number;
  /** Whether `now` matters to `decide`, be it through segments or other flags. */
  readonly usesClock: boolean;
  /** Every answer that `decide` can give; an outcome's `index` is its position here. */
  readonly outcomes: readonly Outcome[];
  /** What is wrong with the flag, or was not understood in it: a rule that contains such a part never matches. */
  readonly findings: readonly Finding[];
  /**
   * The flag's answer to a context at `now` (epoch milliseconds; any number where `usesClock` is false). Total: a
   * context whose getters throw is answered by `ERROR`, `GENERAL`. The default's type is the caller's to compare.
   */
  decide(context: unknown, now: number): Outcome;
}

/** A finding, and whose it is. */
export interface FlagProblem extends Finding {
  readonly flag: string;
}

/** A ruleset, ready to be asked. */
export interface CompiledRuleset {
  readonly ruleset: Ruleset;
  /** The same object from one ruleset to the next as long as nothing that it depends on changed. */
  flag(key: string): CompiledFlag | undefined;
  /** All findings of all flags. Reads and compiles every flag. */
  problems(): readonly FlagProblem[];
}

/**
 * Prepares a ruleset for evaluation. Flags are compiled one by one, when they are first asked for. Those that nothing
 * has changed for since `previous` are taken over from it.
 */
export function compileRuleset(ruleset: Ruleset, previous?: CompiledRuleset): CompiledRuleset {
  return new LazyRuleset(ruleset, previous instanceof LazyRuleset ? previous : undefined);
}

/** A compiled ruleset as explaining sees it, where this package compiled it. */
export function scopeOf(ruleset: CompiledRuleset): Scope | undefined {
  return ruleset instanceof LazyRuleset ? ruleset : undefined;
}

class LazyRuleset implements CompiledRuleset, GraphScope {
  readonly ruleset: Ruleset;
  readonly #flags = new Map<string, LazyFlag>();
  readonly #segments = new Map<string, LazySegment>();

  constructor(ruleset: Ruleset, previous: LazyRuleset | undefined) {
    this.ruleset = ruleset;
    const affected = previous && affectedNames(previous.ruleset, ruleset);
    for (const [key, source] of ruleset.flags) {
      const kept = affected?.flags.has(key) === false ? previous?.flag(key) : undefined;
      kept?.moveTo(this);
      this.#flags.set(key, kept ?? new LazyFlag(key, source, this));
    }
    for (const [key, source] of ruleset.segments) {
      const kept = affected?.segments.has(key) === false ? previous?.segment(key) : undefined;
      kept?.moveTo(this);
      this.#segments.set(key, kept ?? new LazySegment(key, source, this));
    }
  }

  flag(key: string): LazyFlag | undefined {
    return this.#flags.get(key);
  }

  segment(key: string): LazySegment | undefined {
    return this.#segments.get(key);
  }

  nodes({ flags, segments }: References): readonly GraphNode[] {
    const found: (GraphNode | undefined)[] = [];
    for (const key of flags) found.push(this.flag(key));
    for (const key of segments) found.push(this.segment(key));
    return found.filter((node) => node !== undefined);
  }

  problems(): readonly FlagProblem[] {
    return [...this.#flags].flatMap(([flag, { findings }]) => findings.map((finding) => ({ flag, ...finding })));
  }
}
