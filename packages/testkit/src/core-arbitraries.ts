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
const attributeNames = fc.constantFrom(
  "plan",
  "age",
  "version",
  "address",
  "organization.plan",
  "tags",
  "$now",
  "targetingKey",
);

const operands: readonly (readonly [op: string, values: fc.Arbitrary<Flag["seed"] | string | boolean>])[] = [
  ["in", fc.oneof(fc.constantFrom("pro", "Team", "u1", true), fc.integer({ min: 0, max: 9 }))],
  ["contains", fc.constantFrom("p", "ea", "")],
  ["startsWith", fc.constantFrom("p", "T")],
  ["endsWith", fc.constantFrom("o", "m")],
  ["matches", fc.constantFrom("^p", "[a-m]+$")],
  ["lessThan", fc.integer({ min: 0, max: 9 })],
  ["atLeast", fc.double({ min: 0, max: 9, noNaN: true })],
  ["before", fc.constantFrom("2024-02-29T12:00:00Z", 1_700_000_000_000)],
  ["after", fc.constantFrom("1970-01-01T00:00:00.005+00:00", 5)],
  ["semverAtLeast", fc.constantFrom("1", "2.1.0-rc.1")],
  ["inCidr", fc.constantFrom("10.0.0.0/8", "2001:db8::/32")],
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
    plan: fc.constantFrom("pro", "team", "Team", "", null),
    age: fc.oneof(fc.integer({ min: -1, max: 10 }), fc.double()),
    version: fc.constantFrom("1.0.0", "2.1.0", "2.1.0-rc.1", "nonsense"),
    address: fc.constantFrom("10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7", "::1"),
    organization: fc.record({ plan: fc.constantFrom("pro", "team") }, { requiredKeys: [] }),
    tags: fc.array(fc.constantFrom("pro", "Team", 3, true), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

function throwing(): never {
  throw new Error("This context does not want to be read.");
}

function cyclic(): unknown {
  const context: Record<string, unknown> = { targetingKey: "u1" };
  context.organization = context;
  return context;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function withThrowingGetter(name: string): object {
  return Object.defineProperty({ plan: "pro" }, name, { get: throwing, enumerable: true });
}

const strangeAttributes: readonly (() => unknown)[] = [
  () => 1n,
  () => Symbol("s"),
  () => throwing,
  () => "x".repeat(1_000_000),
  () => new Date(Number.NaN),
  () => Number.NaN,
  () => [[], [null], 1n, undefined],
  revoked,
  cyclic,
];

/**
 * What no well-behaved application passes. Makers, since fast-check looks into the values that it draws, and some of
 * these do not bear to be looked at.
 */
export const hostileContext: fc.Arbitrary<() => unknown> = fc.oneof(
  fc
    .constantFrom<unknown>(undefined, null, 7, "u1", true, [], Symbol("context"), 1n, throwing, Number.NaN, new Date(0))
    .map((value) => () => value),
  fc.constantFrom(cyclic, revoked),
  attributeNames.map((name) => () => withThrowingGetter(name)),
  fc
    .constantFrom<keyof ProxyHandler<object>>("get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf")
    .map((trap) => () => new Proxy({ plan: "pro", targetingKey: "u1" }, { [trap]: throwing })),
  fc.tuple(attributeNames, fc.constantFrom(...strangeAttributes)).map(([name, make]) => () => ({ [name]: make() })),
  fc
    .object({
      key: fc.constantFrom("plan", "targetingKey", "organization", "tags", "__proto__", "constructor"),
      withNullPrototype: true,
    })
    .map((context) => () => context),
);

/** A copy of a JSON document with one place in it, picked by any whole number from 0, replaced. */
export function mutated(source: unknown, pick: number, replacement: unknown): unknown {
  const places: { readonly holder: Record<string, unknown>; readonly name: string }[] = [];
  const copy: unknown = JSON.parse(JSON.stringify({ root: source }));
  const collect = (holder: unknown): void => {
    if (typeof holder !== "object" || holder === null) return;
    for (const name of Object.keys(holder)) {
      const record = holder as Record<string, unknown>;
      places.push({ holder: record, name });
      collect(record[name]);
    }
  };
  collect(copy);
  const place = places[pick % places.length];
  if (place !== undefined) {
    if (replacement === undefined) delete place.holder[place.name];
    else
      Object.defineProperty(place.holder, place.name, {
        value: replacement,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return (copy as { root: unknown }).root;
}

/** Values that stand where something else was expected. */
export const strangeValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    false,
    "",
    "on",
    "no-such",
    -1,
    0.5,
    100_001,
    2 ** 32,
    [],
    {},
    [null],
    [[1, 2, 3]],
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
