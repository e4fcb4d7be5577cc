/** Flags, rulesets and contexts for tests of whatever evaluates: builders first, then what fast-check draws from. */
import type { Condition, Flag, RulesetDocument, Segment } from "@bannerol/core";
import fc from "fast-check";

/** A boolean flag that is enabled and serves `on` to everybody, but for what is given. */
export function aFlag(given: Partial<Flag> = {}): Flag {
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

/** A segment that contains nobody, but for what is given. */
export function aSegment(given: Partial<Segment> = {}): Segment {
  return { version: 1, included: [], excluded: [], when: null, ...given };
}

/** A ruleset document at revision 1 of epoch `e`. The flags and segments need not be well formed. */
export function aRuleset(given: {
  readonly flags?: { readonly [key: string]: unknown };
  readonly segments?: { readonly [key: string]: unknown };
  readonly revision?: number;
}): RulesetDocument {
  const { flags = {}, segments = {}, revision = 1 } = given;
  return { epoch: "e", revision, project: "default", environment: "production", flags, segments };
}

/** Few names, so that what is drawn refers to each other, in circles too. One of each does not exist. */
export const flagKeys = ["checkout", "search", "constructor", "__proto__"] as const;
export const segmentKeys = ["staff", "beta", "toString"] as const;
const flagNames = fc.constantFrom(...flagKeys, "no-flag");
const segmentNames = fc.constantFrom(...segmentKeys, "no-segment");
const variantKeys = fc.constantFrom("on", "off");
const userKeys = fc.constantFrom("u1", "u2", "u3", "7", "");
export const attributeNames = fc.constantFrom(
  "plan",
  "age",
  "version",
  "address",
  "organization.plan",
  "tags",
  "$now",
  "targetingKey",
);

const numbers = fc.oneof(fc.integer({ min: -1, max: 9 }), fc.double({ min: 0, max: 9, noNaN: true }));
const versions = fc.constantFrom("1", "2.1", "2.1.0-rc.1", "2.1.0-rc.10", "2.1.0-rc.1.x", "2.1.0+b7", "10.0.0-0");
const instants = fc.constantFrom<string | number>(
  "2024-02-29T12:00:00Z",
  "2024-02-29T13:30:00.0009+01:30",
  "1970-01-01T00:00:00.005+00:00",
  "0000-02-29t00:00:00z",
  1_700_000_000_000,
  5,
);
const networks = fc.constantFrom(
  "10.0.0.0/8",
  "10.1.2.3",
  "10.1.2.0/23",
  "0.0.0.0/0",
  "2001:db8::/32",
  "2001:db8::7",
  "::/0",
  "::ffff:10.1.0.0/112",
  "::ffff:0:0/95",
);

const operands: readonly (readonly [op: string, values: fc.Arbitrary<string | number | boolean>])[] = [
  ["in", fc.oneof(fc.constantFrom("pro", "Team", "u1", "\u0130", true), fc.integer({ min: 0, max: 9 }))],
  ["contains", fc.constantFrom("p", "ea", "", "\ud83d")],
  ["startsWith", fc.constantFrom("p", "T")],
  ["endsWith", fc.constantFrom("o", "m")],
  ["matches", fc.constantFrom("^p", "[a-m]+$", "^.$", "\\bteam\\b")],
  ["lessThan", numbers],
  ["atMost", numbers],
  ["greaterThan", numbers],
  ["atLeast", numbers],
  ["before", instants],
  ["after", instants],
  ["semverEqual", versions],
  ["semverLessThan", versions],
  ["semverAtMost", versions],
  ["semverGreaterThan", versions],
  ["semverAtLeast", versions],
  ["inCidr", networks],
];

const knownTests = fc.constantFrom(...operands).chain(([op, values]) =>
  fc.record(
    {
      attribute: attributeNames,
      op: fc.constant(op),
      values: fc.array(values, { maxLength: 3 }),
      ignoreCase: fc.boolean(),
    },
    { requiredKeys: ["attribute", "op", "values"] },
  ),
);

/** What an SDK may meet and does not understand: none of it makes a flag unreadable. */
export const notUnderstoodCondition: fc.Arbitrary<Condition> = fc.constantFrom<unknown>(
  { attribute: "plan", op: "soundsLike", values: ["pro"] },
  { attribute: "plan", op: "lessThan", values: [1, "two"] },
  { attribute: "plan", op: "matches", values: ["("] },
  { attribute: "version", op: "semverEqual", values: ["v1", "1.01"] },
  { attribute: "address", op: "inCidr", values: ["10.0.0.0/33", "010.0.0.0/8"] },
  { attribute: "plan", op: "before", values: ["2023-02-29T00:00:00Z"] },
  { moonPhase: "full" },
  { segment: "no-segment" },
) as fc.Arbitrary<Condition>;

/** Conditions of every kind, of known operators and usable values. */
export const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    knownTests,
    fc.record({ attribute: attributeNames, op: fc.constant("exists") }),
    fc.record({ segment: segmentNames }),
    fc.record({ flag: flagNames, variants: fc.array(variantKeys, { maxLength: 2 }) }),
    fc.record({ all: fc.array(tie("condition"), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("condition"), { maxLength: 3 }) }),
    fc.record({ not: tie("condition") }),
  ),
})).condition;

const allocations = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.constantFrom("on", "off", null)), { maxLength: 4 })
  .map((ranges) => [...ranges].sort(([a], [b]) => a - b));

const bucketings = { bucketBy: fc.constantFrom("targetingKey", "organization.plan", "age"), seed: fc.nat(0xffff_ffff) };
const rollouts = fc.oneof(
  fc.record({ allocation: allocations, ...bucketings }, { requiredKeys: ["allocation"] }),
  fc.record(
    { weights: fc.record({ on: fc.nat(50_000), off: fc.nat(50_000) }, { requiredKeys: [] }), ...bucketings },
    { requiredKeys: ["weights"] },
  ),
);
const serves = fc.oneof(fc.record({ variant: variantKeys }), fc.record({ rollout: rollouts }));
const references = fc.record({ flag: flagNames, variants: fc.array(variantKeys, { maxLength: 2 }) });

/** Flags that can be read. */
export const anyFlag: fc.Arbitrary<Flag> = fc
  .record({
    enabled: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    seed: fc.nat(0xffff_ffff),
    prerequisites: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(references, { maxLength: 2 }) },
    ),
    targets: fc.array(fc.record({ variant: variantKeys, keys: fc.array(userKeys, { maxLength: 2 }) }), {
      maxLength: 2,
    }),
    rules: fc.array(
      fc.record({
        when: fc.oneof({ weight: 6, arbitrary: anyCondition }, { weight: 1, arbitrary: notUnderstoodCondition }),
        serve: serves,
      }),
      {
        maxLength: 3,
      },
    ),
    fallthrough: serves,
  })
  .map(({ rules, ...rest }) => aFlag({ ...rest, rules: rules.map((rule, at) => ({ id: `rule-${at + 1}`, ...rule })) }));

/** Segments that can be read. */
export const anySegment: fc.Arbitrary<Segment> = fc
  .record(
    {
      included: fc.array(userKeys, { maxLength: 2 }),
      excluded: fc.array(userKeys, { maxLength: 2 }),
      by: fc.constantFrom("targetingKey", "organization.plan"),
      when: fc.option(anyCondition),
    },
    { requiredKeys: ["included", "excluded", "when"] },
  )
  .map(aSegment);

/** Each key gets a flag or none. By `fromEntries`, which makes a field of `__proto__` as of any other key. */
function byKey<T>(keys: readonly string[], values: fc.Arbitrary<T>): fc.Arbitrary<{ readonly [key: string]: T }> {
  return fc
    .tuple(...keys.map((key) => fc.option(values, { freq: 6 }).map((value) => ({ key, value }))))
    .map((entries) =>
      Object.fromEntries(entries.flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const]))),
    );
}

/** Rulesets of which every document can be read, cycles included. */
export const anyRuleset: fc.Arbitrary<RulesetDocument> = fc
  .record({ flags: byKey(flagKeys, anyFlag), segments: byKey(segmentKeys, anySegment) })
  .map(aRuleset);

/** What well-behaved applications pass. */
export const anyContext: fc.Arbitrary<{ readonly [attribute: string]: unknown }> = fc.record(
  {
    targetingKey: fc.oneof(userKeys, fc.string(), fc.integer()),
    plan: fc.constantFrom("pro", "team", "Team", "", "i\u0307", "\u{1f600}", "2024-02-29T12:00:00Z", null),
    age: fc.oneof(fc.integer({ min: -1, max: 10 }), fc.double(), instants),
    version: fc.oneof(versions, fc.constantFrom("1.0.0", "v1.0.0", "nonsense")),
    address: fc.constantFrom("10.1.2.3", "10.1.3.4", "::ffff:10.1.2.3", "::FFFF:a01:203", "2001:db8::7", "::1", "::"),
    "organization.plan": fc.constantFrom("pro", null),
    organization: fc.record({ plan: fc.constantFrom("pro", "team") }, { requiredKeys: [] }),
    tags: fc.array(fc.constantFrom<unknown>("pro", "Team", 3, true, null, ["pro"], "10.1.2.3", "2.1.0"), {
      maxLength: 3,
    }),
    $now: fc.constantFrom("u1", 5),
  },
  { requiredKeys: [] },
);
