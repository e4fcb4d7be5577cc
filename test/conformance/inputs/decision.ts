/** How the tables of decisions are written: what differs from a plain flag, and the answer in one line. */

export type Fields = { readonly [name: string]: unknown };

export interface DecisionInput {
  readonly name: string;
  readonly flags: { readonly [key: string]: unknown };
  readonly segments?: { readonly [key: string]: unknown };
  /** Lists that are held apart: their keys, by id. */
  readonly lists?: { readonly [id: string]: readonly string[] };
  readonly asks: readonly Ask[];
}

/**
 * `answer` is a variant, the reason, and the id of the rule that decided, if one did: `on TARGETING_MATCH staff`. An
 * error is `ERROR` and its code. The default is false unless given.
 */
export type Ask = readonly [
  flag: string,
  context: unknown,
  answer: string,
  more?: { readonly default?: unknown; readonly now?: number },
];

/** A boolean flag that is on for everybody, but for what is given. */
export function flag(given: Fields = {}): Fields {
  return {
    version: 1,
    type: "boolean",
    seed: 1,
    variants: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    enabled: true,
    off: "off",
    prerequisites: [],
    targets: [],
    rules: [],
    fallthrough: { variant: "on" },
    ...given,
  };
}

/** A flag that is off but for its rules. */
export const ruled = (...rules: readonly Fields[]): Fields => flag({ rules, fallthrough: { variant: "off" } });

export const rule = (id: string, when: Fields, serve: Fields = { variant: "on" }): Fields => ({ id, when, serve });

export const segment = (given: Fields = {}): Fields => ({
  version: 1,
  included: [],
  excluded: [],
  when: null,
  ...given,
});

export const rollout = (allocation: readonly unknown[], more: Fields = {}): Fields => ({
  rollout: { allocation, ...more },
});

export const user = (targetingKey: unknown, more: Fields = {}): Fields => ({ targetingKey, ...more });

export const is = (attribute: string, ...values: readonly unknown[]): Fields => ({ attribute, op: "in", values });

export const everybody: Fields = { all: [] };
