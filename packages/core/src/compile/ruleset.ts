import { attributesOf } from "../attributes.ts";
import type { Finding } from "../check/inspection.ts";
import type { KeyList } from "../lists/key-list.ts";
import type { FlagType, Ruleset } from "../model.ts";
import type { References } from "../references.ts";
import type { Outcome } from "../result.ts";
import { affectedNames } from "./affected.ts";
import type { GraphNode, GraphScope } from "./graph.ts";
import { LazyFlag } from "./lazy-flag.ts";
import { LazySegment } from "./lazy-segment.ts";
import { nextRun, type Scope } from "./linked.ts";
import { SharedAttribute } from "./shared-attribute.ts";

/** A flag, ready to be asked. Reading it is put off to the first use of any of these members. None of them throws. */
export interface CompiledFlag {
  readonly key: string;
  /** `undefined` where the flag cannot be read. */
  readonly type: FlagType | undefined;
  /** 0 where the flag cannot be read. */
  readonly version: number;
  /** Whether `now` matters to `decide`, be it through segments or other flags. */
  readonly usesClock: boolean;
  /** Every answer that was given so far, `decide`'s among them; an outcome's `index` is its position here. */
  readonly outcomes: readonly Outcome[];
  /**
   * Left to whoever counts what was served, by an outcome's `index`; undefined until then, and nothing here reads it.
   * Here, and not in a table beside the flags, so that counting looks nothing up.
   */
  counts: number[] | undefined;
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
  /** The flags whose results may differ from those of the ruleset before, gone ones included; all where there was none. */
  readonly changed: ReadonlySet<string>;
  /** The same object, once asked for, from one ruleset to the next as long as nothing that it depends on changed. */
  flag(key: string): CompiledFlag | undefined;
  /** `decide` for one context and every flag, in the ruleset's order: each attribute is looked up once for all. */
  decideAll(context: unknown, now: number, take: (flag: CompiledFlag, outcome: Outcome) => void): void;
  /** All findings of all flags. Reads and compiles every flag. */
  problems(): readonly FlagProblem[];
}

/** The lists of keys that segments refer to, by id. */
export type KeyLists = ReadonlyMap<string, KeyList>;

const NO_LISTS: KeyLists = new Map();
const NO_NODES: readonly GraphNode[] = [];

/**
 * Prepares a ruleset for evaluation. Flags are compiled one by one, when they are first asked for. Those that nothing
 * has changed for since `previous` are taken over from it. `lists` holds the lists that segments refer to: a segment
 * whose list is not there decides nothing, so that no rule that contains it matches.
 */
export function compileRuleset(
  ruleset: Ruleset,
  previous?: CompiledRuleset,
  lists: KeyLists = NO_LISTS,
): CompiledRuleset {
  return new LazyRuleset(ruleset, previous instanceof LazyRuleset ? previous : undefined, lists);
}

/** A compiled ruleset as explaining sees it, where this package compiled it. */
export function scopeOf(ruleset: CompiledRuleset): Scope | undefined {
  return ruleset instanceof LazyRuleset ? ruleset : undefined;
}

class LazyRuleset implements CompiledRuleset, GraphScope {
  readonly ruleset: Ruleset;
  readonly #affected: ReadonlySet<string> | undefined;
  readonly #flags = new Map<string, LazyFlag>();
  readonly #segments = new Map<string, LazySegment>();
  #all: readonly LazyFlag[] | undefined;
  readonly #lists: KeyLists;
  readonly #attributes = new Map<string, SharedAttribute>();

  constructor(ruleset: Ruleset, previous: LazyRuleset | undefined, lists: KeyLists) {
    this.ruleset = ruleset;
    this.#lists = lists;
    if (previous === undefined) return;
    const affected = affectedNames(previous.ruleset, ruleset, (id) => previous.list(id) !== lists.get(id));
    this.#affected = affected.flags;
    this.#keep(previous.#flags, this.#flags, affected.flags);
    this.#keep(previous.#segments, this.#segments, affected.segments);
  }

  /** Takes over what has been asked for and is not affected. */
  #keep<T extends LazyFlag | LazySegment>(
    before: Map<string, T>,
    after: Map<string, T>,
    affected: ReadonlySet<string>,
  ) {
    for (const [key, entity] of before) {
      if (affected.has(key)) continue;
      entity.moveTo(this);
      after.set(key, entity);
    }
  }

  get changed(): ReadonlySet<string> {
    return this.#affected ?? new Set(this.ruleset.flags.keys());
  }

  flag(key: string): LazyFlag | undefined {
    return this.#flags.get(key) ?? this.#add(key, "flags", this.#flags, LazyFlag);
  }

  segment(key: string): LazySegment | undefined {
    return this.#segments.get(key) ?? this.#add(key, "segments", this.#segments, LazySegment);
  }

  /** Made when it is first asked for: a process asks for few of the flags that it is sent. */
  #add<T>(
    key: string,
    kind: "flags" | "segments",
    made: Map<string, T>,
    Lazy: new (key: string, source: unknown, scope: GraphScope) => T,
  ): T | undefined {
    const sources = this.ruleset[kind];
    const source = sources.get(key);
    if (source === undefined && !sources.has(key)) return undefined;
    const entity = new Lazy(key, source, this);
    made.set(key, entity);
    return entity;
  }

  decideAll(context: unknown, now: number, take: (flag: CompiledFlag, outcome: Outcome) => void): void {
    const attributes = attributesOf(context);
    const run = nextRun();
    for (const flag of this.#inOrder()) take(flag, flag.decideIn(attributes, now, run));
  }

  /** All flags, in the ruleset's order. */
  #inOrder(): readonly LazyFlag[] {
    this.#all ??= [...this.ruleset.flags.keys()].flatMap((key) => this.flag(key) ?? []);
    return this.#all;
  }

  list(id: string): KeyList | undefined {
    return this.#lists.get(id);
  }

  attribute(name: string): SharedAttribute {
    const known = this.#attributes.get(name);
    if (known !== undefined) return known;
    const attribute = new SharedAttribute(name);
    this.#attributes.set(name, attribute);
    return attribute;
  }

  nodes({ flags, segments }: References): readonly GraphNode[] {
    if (flags.size + segments.size === 0) return NO_NODES;
    const found: (GraphNode | undefined)[] = [];
    for (const key of flags) found.push(this.flag(key));
    for (const key of segments) found.push(this.segment(key));
    return found.filter((node) => node !== undefined);
  }

  problems(): readonly FlagProblem[] {
    return this.#inOrder().flatMap(({ key: flag, findings }) => findings.map((finding) => ({ flag, ...finding })));
  }
}
