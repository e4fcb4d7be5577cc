/** What every subject is asked, in words that each puts into its own form, and what the answers have to be. */

export interface User {
  /** 24 bytes. */
  readonly id: string;
  readonly country: string;
  readonly plan: string;
}

/** A rule matches where each attribute is one of its values. */
export interface Rule {
  readonly tests: readonly (readonly [attribute: string, values: readonly string[]])[];
  readonly serves: boolean;
}

/** What a flag does, for each subject to say in its own form. */
export interface Flag {
  readonly key: string;
  readonly rules: readonly Rule[];
  /** Members of the one segment get `true`. */
  readonly asksSegment?: true;
  /** Where nothing matched: the same for everybody, `true` to half of all users, or one payload of four. */
  readonly otherwise: boolean | "half" | "variants";
}

/** What the flag under test does; the other 499 of the ruleset are plain, rolled out to half, or have two rules. */
type FlagKind = "plain" | "rollout" | "two rules" | "five rules" | "segment" | "variants";

export interface Scenario {
  readonly title: string;
  readonly users: number;
  /** The flag under test; all flags of the ruleset are asked for in one call where it is undefined. */
  readonly kind: FlagKind | undefined;
  /** How many ids the segment lists. */
  readonly segmentSize: number;
  /** Takes so long to set up that the short form leaves it out. */
  readonly isLong?: true;
  /** Throws unless the answers to all users, in their order, are right. */
  readonly check: (answers: readonly unknown[]) => void;
}

const FLAGS = 500;
export const TESTED = "tested";

/** Everybody is in `z` with `pro`, so of several rules it is always the last that matches. */
const COUNTRY = "z";
const PLAN = "pro";

const ruleFor = (country: string): Rule => ({
  tests: [
    ["plan", [PLAN]],
    ["country", [country]],
  ],
  serves: true,
});

const kinds: { readonly [kind in FlagKind]: Omit<Flag, "key"> } = {
  plain: { rules: [], otherwise: true },
  rollout: { rules: [], otherwise: "half" },
  "two rules": { rules: ["a", COUNTRY].map(ruleFor), otherwise: false },
  "five rules": { rules: ["a", "b", "c", "d", COUNTRY].map(ruleFor), otherwise: false },
  segment: { rules: [], asksSegment: true, otherwise: false },
  variants: { rules: [], otherwise: "variants" },
};

export const VARIANTS = ["a", "b", "c", "d"];
export const payloadOf = (variant: string) => ({
  variant,
  title: `The headline of ${variant}`,
  layout: { columns: 3, order: ["title", "price", "rating"] },
});

export const userId = (index: number) => `user-${String(index).padStart(12, "0")}-bench`.slice(0, 24).padEnd(24, "x");

export function usersOf(count: number): readonly User[] {
  return Array.from({ length: count }, (_, index) => ({ id: userId(index), country: COUNTRY, plan: PLAN }));
}

/** Every second user is in the segment, and as many strangers as it takes to fill it. */
export const segmentOf = (size: number) => Array.from({ length: size }, (_, index) => userId(index * 2));

/** The flags of a scenario's ruleset, the one under test in the middle. */
export function flagsOf(scenario: Scenario): readonly Flag[] {
  const others = ["plain", "rollout", "two rules"] as const;
  return Array.from({ length: FLAGS }, (_, index) =>
    index === FLAGS / 2
      ? { key: TESTED, ...kinds[scenario.kind ?? "rollout"] }
      : { key: `other-${index}`, ...kinds[others[index % others.length] ?? "plain"] },
  );
}

/** 5,000 flags of three rules each. Nobody matches any, so each is looked at. */
export const startFlags: readonly Flag[] = Array.from({ length: 5_000 }, (_, index) => ({
  key: `flag-${index}`,
  rules: [
    { tests: [["country", [`a${index % 7}`, "b"]]], serves: false },
    { tests: [["plan", [`free${index % 5}`, "basic"]]], serves: false },
    { tests: [["tier", [`c${index % 3}`, "d"]]], serves: false },
  ],
  otherwise: true,
}));

const plain = { users: 1_024, segmentSize: 0 };

export const scenarios: readonly Scenario[] = [
  { ...plain, title: "a plain flag that is on", kind: "plain", check: expectAll(true) },
  { ...plain, title: "50 % rollout, 1,024 users", kind: "rollout", check: expectShare(true, 0.5) },
  { ...plain, title: "50 % rollout, 131,072 users", kind: "rollout", users: 131_072, check: expectShare(true, 0.5) },
  { ...plain, title: "five rules, the last matches", kind: "five rules", check: expectAll(true) },
  { ...plain, title: "segment of 10,000 ids", kind: "segment", segmentSize: 10_000, check: expectEverySecond },
  {
    // Few, since some need a tenth of a second for each.
    users: 128,
    title: "segment of 1,000,000 ids",
    kind: "segment",
    segmentSize: 1_000_000,
    isLong: true,
    check: expectEverySecond,
  },
  { ...plain, title: "4 weighted variants, JSON payload", kind: "variants", check: expectPayloads },
  { ...plain, title: `all of ${FLAGS} flags, one user`, kind: undefined, check: expectAll(FLAGS) },
];

function expectAll(expected: unknown) {
  return (answers: readonly unknown[]): void => {
    const wrong = answers.find((answer) => answer !== expected);
    if (wrong !== undefined) throw new Error(`It answers ${JSON.stringify(wrong)} instead of ${expected}.`);
  };
}

function expectShare(value: unknown, share: number) {
  return (answers: readonly unknown[]): void => {
    const found = answers.filter((answer) => answer === value).length / answers.length;
    if (Math.abs(found - share) > 0.08) throw new Error(`It answers ${value} to ${found} of the users.`);
  };
}

function expectEverySecond(answers: readonly unknown[]): void {
  const wrong = answers.findIndex((answer, index) => answer !== (index % 2 === 0));
  if (wrong >= 0) throw new Error(`It answers ${JSON.stringify(answers[wrong])} to user ${wrong}.`);
}

function expectPayloads(answers: readonly unknown[]): void {
  const texts = answers.map((answer) => JSON.stringify(answer));
  for (const variant of VARIANTS) expectShare(JSON.stringify(payloadOf(variant)), 1 / VARIANTS.length)(texts);
}
