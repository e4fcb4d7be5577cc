/**
 * Which invariants a change would break. Asked of what was decided, on the newest state, in the change's own turn: no way
 * of writing goes around it.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Breach,
  breachOf,
  type CompiledRuleset,
  compileRuleset,
  type Invariant,
  type KeyLists,
  readRuleset,
} from "@bannerol/core";
import type { BrokenInvariant } from "@bannerol/protocol/schemas";
import type { DecidedList } from "../../log/decision.ts";
import type { Ledger } from "../../log/ledger.ts";
import { pastRuleset } from "../../log/past.ts";
import type { InvariantDocument, Item } from "../../state/documents.ts";
import { fold } from "../../state/fold.ts";
import type { ProjectState } from "../../state/project-state.ts";

/** What statements are asked with beside the documents. */
export interface Surroundings {
  readonly ledger: Pick<Ledger, "lists">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Circumstances {
  readonly lists: KeyLists;
  readonly now: number;
}

/** What was decided, as far as invariants go by it. */
export interface Proposed {
  readonly items: readonly Item[];
  readonly lists?: readonly DecidedList[];
}

/** Those that hold now and would not afterwards, and those that would be made and do not hold. */
export function brokenBy(
  state: ProjectState,
  { items, lists = [] }: Proposed,
  surroundings: Surroundings,
): readonly BrokenInvariant[] {
  const touched = touchedBy(items);
  const made = items.filter(({ kind }) => kind === "invariant").length;
  if (touched === undefined || state.invariants.size + made === 0) return [];
  const circumstances = circumstancesOf(state, surroundings);
  const next = fold(state, { revision: state.revision + 1, hash: "", at: state.at, items });
  const after = new Compiled(next, {
    ...circumstances,
    lists: new Map([...circumstances.lists, ...lists.map((one) => [one.work.list, one.after] as const)]),
  });
  const before = new Compiled(state, circumstances);
  return [...next.invariants.values()].flatMap(({ document }) => {
    if (touched !== EVERYWHERE && !touched.has(document.environment)) return [];
    const breach = after.breachOf(document);
    if (breach === undefined) return [];
    const stood = isDeepStrictEqual(state.invariants.get(document.key)?.document, document);
    // What does not hold already is no fault of this change, which may be a part of mending it.
    if (stood && before.breachOf(document) !== undefined) return [];
    return [{ invariant: document.key, message: inWords(document, breach, stood ? before : undefined) }];
  });
}

/**
 * Tells of statements the case in which one does not hold now, in words; `undefined` where it holds. Whoever asks of many
 * asks the same, since rulesets are compiled for it.
 */
export function breachesNow(
  state: ProjectState,
  surroundings: Surroundings,
): (document: InvariantDocument) => string | undefined {
  const compiled = new Compiled(state, circumstancesOf(state, surroundings));
  return (document) => compiled.breachOf(document)?.message;
}

function circumstancesOf({ key }: ProjectState, { ledger, now }: Surroundings): Circumstances {
  return { lists: ledger.lists(key), now: now() };
}

/** Whether contexts had to be made up to ask it. */
export function isSampled(invariant: Invariant): boolean {
  return "never" in invariant && invariant.contexts === undefined;
}

const EVERYWHERE = "everywhere";

/** The environments whose flags may serve otherwise; `undefined` where none may. */
function touchedBy(items: readonly Item[]): ReadonlySet<string> | typeof EVERYWHERE | undefined {
  if (items.some(({ kind }) => kind === "flag" || kind === "segment")) return EVERYWHERE;
  const touched = items.filter(({ kind }) => kind === "targeting" || kind === "invariant");
  return touched.length === 0 ? undefined : new Set(touched.map(({ environment }) => environment));
}

function inWords(
  { key, environment }: InvariantDocument,
  { message, context, answers }: Breach,
  before: Compiled | undefined,
) {
  const was = answers.flatMap(({ flag, variant }) => {
    const served = before === undefined || context === undefined ? variant : before.served(flag, environment, context);
    return served === variant ? [] : [`${flag} serves ${served ?? "none of its variants"}`];
  });
  const earlier = was.length === 0 ? "" : `; before it ${was.join(" and ")}`;
  // A kill is carried out in spite of it, and says the same.
  return `${key} does not hold after it: ${message}${earlier}.`;
}

/** A state's rulesets, compiled when they are first asked for. */
class Compiled {
  readonly #state: ProjectState;
  readonly #circumstances: Circumstances;
  readonly #rulesets = new Map<string, CompiledRuleset>();

  constructor(state: ProjectState, circumstances: Circumstances) {
    this.#state = state;
    this.#circumstances = circumstances;
  }

  breachOf(document: InvariantDocument): Breach | undefined {
    return breachOf(document, this.#rulesetOf(document.environment), this.#circumstances.now);
  }

  served(flag: string, environment: string, context: object): string | null {
    return this.#rulesetOf(environment).flag(flag)?.decide(context, this.#circumstances.now).variant ?? null;
  }

  #rulesetOf(environment: string): CompiledRuleset {
    const known = this.#rulesets.get(environment);
    if (known !== undefined) return known;
    const document = pastRuleset(this.#state, environment, "");
    const compiled = compileRuleset(readRuleset(document), undefined, this.#circumstances.lists);
    this.#rulesets.set(environment, compiled);
    return compiled;
  }
}
