/** How the tables of conditions are written. */
type Values = readonly unknown[];

export interface Question {
  readonly context: unknown;
  readonly now?: number;
}

export interface ConditionInput {
  readonly name: string;
  readonly when: unknown;
  readonly holds: readonly Question[];
  readonly fails: readonly Question[];
  /** Something in it is not understood: no rule that contains it matches, whatever else it says. */
  readonly notUnderstood?: true;
}

interface Test {
  readonly op: string;
  readonly values?: Values;
  readonly ignoreCase?: boolean;
}

/** By the value of the attribute `a`. */
export function test(
  name: string,
  given: Test,
  by: { readonly holds: Values; readonly fails: Values },
): ConditionInput {
  const contexts = (values: Values) => values.map((a) => ({ context: { a } }));
  const { holds, fails } = by;
  return {
    name,
    when: { attribute: "a", ...given },
    holds: contexts(holds),
    fails: [...contexts(fails), { context: {} }],
  };
}

export function notUnderstood(name: string, given: Test, values: Values): ConditionInput {
  return { ...test(name, given, { holds: [], fails: values }), notUnderstood: true };
}

/** An instant, in both forms. */
export const MARCH = "2024-03-01T00:00:00Z";
export const MARCH_MS = 1_709_251_200_000;
