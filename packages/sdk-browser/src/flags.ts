/**
 * The calls by which a page asks for flags. What was answered once is answered again until the state or the context is
 * another one, so that asking is a look-up: components ask at every rendering.
 *
 *     isEnabled ─► table (one look-up) ─► count ─► value
 *                    └─ first time: the view's flag, evaluated then
 */
import type { BoundValues, FlagKeyOf } from "@bannerol/client";
import { type EvaluationResult, type FlagType, type JsonValue, type Reason, typeOfDefault } from "@bannerol/core";
import type { Answer, SeenFlag, View } from "./view.ts";

/** What a page asked for under one key. */
interface Entry {
  readonly flag: SeenFlag | undefined;
  readonly type: FlagType | undefined;
  answer: Answer | undefined;
  /** How often `answer` was given, and how often none of the type that was asked for. */
  given: number;
  refused: number;
}

/** A state, seen by one context, and what was asked of it. */
export interface Table {
  readonly view: View | undefined;
  readonly entries: Map<string, Entry>;
  /** Whether all flags were asked for at once. */
  all: boolean;
}

/** Told how often something was answered, once in a while. `reason` is absent of a flag that does not exist. */
export type Count = (flag: string, answer: Pick<Answer, "variant" | "reason"> | undefined, times: number) => void;

export interface Flags extends BoundValues {
  /** A boolean flag's value. */
  isEnabled(key: FlagKeyOf<"boolean">, defaultValue?: boolean): boolean;
  /** Every flag's result, by key. A flag that cannot be evaluated has the value null. Counts no exposure. */
  evaluateAll(): { readonly [key: string]: EvaluationResult<JsonValue> };
  /** A handle: the default stands in one place, and a call looks nothing up. */
  boolean(key: FlagKeyOf<"boolean">, defaultValue: boolean): () => boolean;
  string(key: FlagKeyOf<"string">, defaultValue: string): () => string;
  number(key: FlagKeyOf<"number">, defaultValue: number): () => number;
  /** The shape of the value is the caller's word. */
  json<T extends JsonValue>(key: FlagKeyOf<"json">, defaultValue: T): () => T;
}

/** Of an answer, all but the reason may be missing. */
type Refusal = Partial<Answer> & { readonly reason: Reason };

const ERROR = { reason: "ERROR" } as const;

export const tableOf = (view: View | undefined): Table => ({ view, entries: new Map(), all: false });

/** `table` gives the state in force; `now`: epoch milliseconds; `asked`: there is something to count, and was not before. */
export function flagsOf(table: () => Table, now: () => number, count: Count, asked?: () => void): Flags {
  const entryIn = ({ view, entries }: Table, key: string): Entry => entries.get(key) ?? admit(view, entries, key);

  /** What the flag serves; `undefined` where it is none of this type, or cannot be evaluated. */
  const answerOf = (entry: Entry, key: string, type: FlagType): Answer | undefined => {
    const { flag } = entry;
    if (entry.given + entry.refused === 0) asked?.();
    if (flag === undefined || entry.type !== type) {
      entry.refused++;
      return undefined;
    }
    if (entry.answer === undefined || flag.usesClock) renew(entry, flag, key);
    entry.given++;
    return entry.answer?.errorCode === undefined ? entry.answer : undefined;
  };

  const renew = (entry: Entry, flag: SeenFlag, key: string): void => {
    const answer = flag.answer(now());
    // The clock has moved, and nothing else: it goes on being counted as one.
    if (entry.answer !== undefined && isSameOutcome(answer, entry.answer)) return;
    settleEntry(entry, key, count);
    entry.answer = answer;
  };

  const valueAs = (type: FlagType, key: string, fallback: unknown): unknown => {
    const answer = answerOf(entryIn(table(), key), key, type);
    return answer === undefined ? fallback : answer.value;
  };

  const handle = (type: FlagType, key: string, fallback: unknown) => {
    let seen: Table | undefined;
    let entry: Entry;
    return (): unknown => {
      const current = table();
      if (current !== seen) entry = entryIn(current, key);
      seen = current;
      const answer = answerOf(entry, key, type);
      return answer === undefined ? fallback : answer.value;
    };
  };

  const evaluate = (key: string, fallback: JsonValue): EvaluationResult<JsonValue> => {
    const current = table();
    const entry = entryIn(current, key);
    const type = typeOfDefault(fallback);
    const answer = answerOf(entry, key, type);
    return resultOf(answer ?? refusal(current.view, entry, { key, type }), fallback, current.view);
  };

  return {
    isEnabled: (key: string, fallback = false) => valueAs("boolean", key, fallback),
    value: (key: string, fallback: JsonValue) => valueAs(typeOfDefault(fallback), key, fallback),
    evaluate,
    evaluateAll() {
      const current = table();
      const { view } = current;
      current.all = true;
      // Without a prototype, a flag may be called `__proto__`.
      const results = Object.create(null);
      const at = now();
      for (const key of view?.keys() ?? []) results[key] = resultOf(view?.flag(key)?.answer(at) ?? ERROR, null, view);
      return results;
    },
    boolean: (key: string, fallback: boolean) => handle("boolean", key, fallback),
    string: (key: string, fallback: string) => handle("string", key, fallback),
    number: (key: string, fallback: number) => handle("number", key, fallback),
    json: (key: string, fallback: JsonValue) => handle("json", key, fallback),
    // What is asked for by a type has that type, as `answerOf` sees to.
  } as Flags;
}

/** What the flag serves, whether or not anybody asked; who asks next is given this. */
export function answerIn({ view, entries }: Table, key: string, now: number): Answer | undefined {
  const entry = entries.get(key) ?? admit(view, entries, key);
  entry.answer ??= entry.flag?.answer(now);
  return entry.answer;
}

/** Of one state, what is served by the same rule, as the same variant, is the same value. */
const isSameOutcome = (a: Answer, b: Answer): boolean =>
  a.variant === b.variant && a.reason === b.reason && a.ruleId === b.ruleId && a.errorCode === b.errorCode;

function admit(view: View | undefined, entries: Table["entries"], key: string): Entry {
  const flag = view?.flag(key);
  const entry: Entry = { flag, type: flag?.type, answer: undefined, given: 0, refused: 0 };
  entries.set(key, entry);
  return entry;
}

/** Tells what was counted since the last time. */
export function settleTable({ view, entries }: Table, count: Count): void {
  for (const [key, entry] of entries) settleEntry(entry, key, count, view);
}

function settleEntry(entry: Entry, key: string, count: Count, view?: View): void {
  const { answer, given, refused, flag } = entry;
  if (given > 0) count(key, answer, given);
  if (refused > 0 && view !== undefined) count(key, flag && ERROR, refused);
  entry.given = 0;
  entry.refused = 0;
}

function resultOf(answer: Refusal, fallback: JsonValue, view: View | undefined): EvaluationResult<JsonValue> {
  const { value, variant, errorCode } = answer;
  const served = errorCode === undefined && variant !== undefined && value !== undefined;
  return { ...answer, value: served ? value : fallback, revision: view?.revision ?? 0 };
}

/** Why a flag has no value of the type that was asked for. */
function refusal(
  view: View | undefined,
  { flag, type, answer }: Entry,
  asked: { readonly key: string; readonly type: FlagType },
): Refusal {
  const name = `Flag ${String(asked.key)}`;
  if (view === undefined) {
    return failure("PROVIDER_NOT_READY", `${name} was asked for before there was a state. Wait for ready().`);
  }
  if (flag === undefined) {
    return failure("FLAG_NOT_FOUND", `${name} is not here. Is it spelt so, and marked as clientSide?`);
  }
  if (type === undefined || answer?.errorCode !== undefined) return answer ?? flag.answer(0);
  return failure("TYPE_MISMATCH", `${name} is of type ${type} and was asked for as ${asked.type}.`);
}

const failure = (errorCode: NonNullable<Answer["errorCode"]>, errorMessage: string) => ({
  ...ERROR,
  errorCode,
  errorMessage,
});
