import { aFlag, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { checkFlagDefinition, checkTargeting } from "./definition.ts";
import { checkFlag, readFlag } from "./flag.ts";
import { type Finding, inOneLine } from "./inspection.ts";
import { checkReferences } from "./references.ts";
import { checkSegment, readSegment } from "./segment.ts";

/** What is wrong, as people read it: a change of these words is a change of the product. */
type Case = readonly [given: object, ...messages: string[]];

const named = (cases: readonly Case[]) => cases.map(([given, ...messages]) => ({ given, messages }));

const told = (findings: readonly Finding[]) =>
  findings.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));

const serve = { variant: "on" };
const when = (condition: unknown) => ({ rules: [{ id: "r", when: condition, serve }] });
const rollout = (value: unknown) => ({ fallthrough: { rollout: value } });
const test = { attribute: "a", op: "in", values: ["x"] };

const share = "Give a whole number from 0 to 100000 (parts of 100000, so that 1000 is 1 %) instead.";
const aCondition = "Give a condition: an object with all, any, not, segment, flag or attribute";

const noVariants = [
  'off: The flag has no variant "off". Name one of none, since there are none.',
  'fallthrough.variant: The flag has no variant "on". Name one of none, since there are none.',
];

const flags: readonly Case[] = [
  [{ version: undefined }, "version: It is missing. Give a whole number from 0."],
  [{ version: -1 }, "version: Found -1. Give a whole number from 0 instead."],
  [{ seed: "7" }, 'seed: Found "7". Give a whole number from 0 to 4294967295 instead.'],
  [{ enabled: null }, "enabled: Found null. Give true or false instead."],
  [{ off: 7 }, "off: Found 7. Give the key of a variant instead."],
  [{ off: "nope" }, 'off: The flag has no variant "nope". Name one of on, off.'],
  [{ variants: {} }, "variants: Found an object. Give a list of variants instead.", ...noVariants],
  [
    { variants: [] },
    "variants: There are none. Give the flag at least one, an object with key and value.",
    ...noVariants,
  ],
  [
    { variants: [...aFlag().variants, []] },
    "variants[2]: Found a list. Give a variant, an object with key and value instead.",
  ],
  [
    { variants: [...aFlag().variants, { key: "off", value: true }] },
    'variants[2].key: The variant "off" is listed twice. Remove or rename one.',
  ],
  [
    { variants: [...aFlag().variants, { key: "x", value: "x" }] },
    'variants[2].value: Found "x", and the flag is of type boolean. Give a boolean value.',
  ],
  [{ variants: [...aFlag().variants, { key: "x" }] }, "variants[2].value: It is missing. Give the variant a value."],
  [
    { variants: [...aFlag().variants, { value: true }, { value: true }], off: "nope" },
    "variants[2].key: It is missing. Give a string.",
    "variants[3].key: It is missing. Give a string.",
    'off: The flag has no variant "nope". Name one of on, off.',
  ],
  [{ prerequisites: 7 }, "prerequisites: Found 7. Give a list of prerequisites instead."],
  [{ prerequisites: ["p"] }, 'prerequisites[0]: Found "p". Give an object with flag and variants instead.'],
  [
    { prerequisites: [{ flag: "p", variants: "on" }] },
    'prerequisites[0].variants: Found "on". Give a list of strings instead.',
  ],
  [
    { prerequisites: [{ flag: 1, variants: [2] }] },
    "prerequisites[0].flag: Found 1. Give a string instead.",
    "prerequisites[0].variants[0]: Found 2. Give a string instead.",
  ],
  [{ targets: {} }, "targets: Found an object. Give a list of targets instead."],
  [{ targets: [null] }, "targets[0]: Found null. Give a target, an object with variant and keys instead."],
  [{ rules: "none" }, 'rules: Found "none". Give a list of rules instead.'],
  [{ rules: [true] }, "rules[0]: Found true. Give a rule, an object with when and serve instead."],
  [{ fallthrough: "on" }, 'fallthrough: Found "on". Give an object with either variant or rollout instead.'],
  [{ fallthrough: {} }, "fallthrough: Neither variant nor rollout is given. Give exactly one of them."],
  [
    { fallthrough: { variant: "on", rollout: {} } },
    "fallthrough: Both variant and rollout are given. Give exactly one of them.",
  ],
  [rollout({}), "fallthrough.rollout: Neither allocation nor weights is given. Give exactly one of them."],
  [
    rollout({ allocation: [], weights: {} }),
    "fallthrough.rollout: Both allocation and weights are given. Give exactly one of them.",
  ],
  [rollout(7), "fallthrough.rollout: Found 7. Give a rollout, an object with weights instead."],
  [
    rollout({ weights: 7 }),
    "fallthrough.rollout.weights: Found 7. Give weights, an object of whole numbers by variant instead.",
  ],
  [rollout({ weights: { on: "50" } }), `fallthrough.rollout.weights.on: Found "50". ${share}`],
  [
    rollout({ weights: { on: 60_000, off: 60_000 } }),
    "fallthrough.rollout.weights: The weights add up to 120000, and all there is to give is 100000. Lower them.",
  ],
  [
    rollout({ allocation: 7 }),
    "fallthrough.rollout.allocation: Found 7. Give a list of pairs [upTo, variant] instead.",
  ],
  [rollout({ allocation: [7] }), "fallthrough.rollout.allocation[0]: Found 7. Give a pair [upTo, variant] instead."],
  [
    rollout({
      allocation: [
        [5, "on"],
        [5, "on"],
        [2, "off"],
        [3, "on"],
      ],
    }),
    "fallthrough.rollout.allocation[2][0]: The allocation is not sorted: 2 comes after 5. Sort it by upTo.",
  ],
  [when(7), `rules[0].when: Found 7. ${aCondition} instead.`],
  [when({ all: 7 }), "rules[0].when.all: Found 7. Give a list of conditions instead."],
  [
    when({ all: [], segment: "s" }),
    "rules[0].when: A condition is of one kind, and this has all and segment. Split it in two, and join them by all or any.",
  ],
  [when({ ...test, op: 7 }), "rules[0].when.op: Found 7. Give the name of an operator instead."],
  [when({ ...test, values: 7 }), "rules[0].when.values: Found 7. Give a list of values instead."],
  [
    when({ ...test, values: [null] }),
    "rules[0].when.values[0]: Found null. Give a string, a number or a boolean instead.",
  ],
];

describe("checkFlag", () => {
  it.each(named(flags))("tells: $messages.0", ({ given, messages }) => {
    expect(told(checkFlag({ ...aFlag(), ...given }))).toEqual(messages);
  });

  it("tells of any two kinds of condition that are one", () => {
    const kinds = { attribute: "a", all: [], any: [], not: test, segment: "s", flag: "f" };
    for (const [at, one] of Object.entries(kinds).entries()) {
      for (const other of Object.entries(kinds).slice(at + 1)) {
        const condition = { ...Object.fromEntries([one, other]), op: "exists", variants: [] };
        expect(told(checkFlag({ ...aFlag(), ...when(condition) }))).toEqual([
          `rules[0].when: A condition is of one kind, and this has ${one[0]} and ${other[0]}. Split it in two, and join them by all or any.`,
        ]);
      }
    }
  });

  it("is what readFlag goes by", () => {
    const flag = aFlag();
    expect(readFlag(flag)).toMatchObject({ value: flag });
    const read = readFlag({ ...flag, version: undefined });
    expect("findings" in read && read.findings.map(inOneLine)).toEqual([
      "version: It is missing. Give a whole number from 0.",
    ]);
    const none = readFlag(7);
    expect("findings" in none && none.findings.map(inOneLine)).toEqual(["Found 7. Give a flag, an object instead."]);
  });

  it("tells what is no flag at all", () => {
    expect(told(checkFlag(undefined))).toEqual(["It is missing. Give a flag, an object."]);
    expect(told(checkFlag([]))).toEqual(["Found a list. Give a flag, an object instead."]);
  });

  it("names no more than ten variants", () => {
    const variants = Array.from({ length: 12 }, (_, at) => ({ key: `v${at}`, value: at === 0 }));
    const message = (count: number) =>
      told(checkFlag({ ...aFlag(), variants: variants.slice(0, count), off: "v1", fallthrough: { variant: "x" } }));
    const ten = "v0, v1, v2, v3, v4, v5, v6, v7, v8, v9";
    expect(message(10)).toEqual([`fallthrough.variant: The flag has no variant "x". Name one of ${ten}.`]);
    expect(message(12)).toEqual([`fallthrough.variant: The flag has no variant "x". Name one of ${ten} and 2 more.`]);
  });

  it("takes values of the flag's type, and of no other", () => {
    const values = { boolean: false, string: "", number: -0.5, json: [null] };
    for (const type of Object.keys(values)) {
      for (const [other, value] of Object.entries(values)) {
        const variants = [{ key: "v", value }];
        const findings = checkFlag({ ...aFlag(), type, variants, off: "v", fallthrough: { variant: "v" } });
        expect(findings).toHaveLength(type === other || type === "json" ? 0 : 1);
      }
    }
  });
});

const { variants, version: _version, type: _type, seed: _seed, ...targeting } = aFlag();
const fields = "enabled, off, prerequisites, targets, rules, fallthrough";

const targetings: readonly Case[] = [
  [{ of: 1 }, `of: There is no such field. Remove it; the fields here are ${fields}.`],
  [
    { targets: [{ variant: "on", keys: [], key: 1 }] },
    "targets[0].key: There is no such field. Remove it; the fields here are variant, keys.",
  ],
  [
    { prerequisites: [{ flag: "p", variants: [], variant: 1 }] },
    "prerequisites[0].variant: There is no such field. Remove it; the fields here are flag, variants.",
  ],
  [
    { rules: [{ when: test, serve, if: 1 }] },
    "rules[0].if: There is no such field. Remove it; the fields here are id, name, when, serve.",
  ],
  [
    { fallthrough: { variant: "on", x: 1 } },
    "fallthrough.x: There is no such field. Remove it; the fields here are variant, rollout.",
  ],
  [
    rollout({ weights: {}, x: 1 }),
    "fallthrough.rollout.x: There is no such field. Remove it; the fields here are weights, bucketBy, seed.",
  ],
  [
    when({ ...test, x: 1 }),
    "rules[0].when.x: There is no such field. Remove it; the fields here are attribute, op, values, ignoreCase.",
  ],
  [when({ all: [], x: 1 }), "rules[0].when.x: There is no such field. Remove it; the fields here are all."],
  [when({ any: [], x: 1 }), "rules[0].when.x: There is no such field. Remove it; the fields here are any."],
  [when({ not: test, x: 1 }), "rules[0].when.x: There is no such field. Remove it; the fields here are not."],
  [when({ segment: "s", x: 1 }), "rules[0].when.x: There is no such field. Remove it; the fields here are segment."],
  [
    when({ flag: "f", variants: [], x: 1 }),
    "rules[0].when.x: There is no such field. Remove it; the fields here are flag, variants.",
  ],
  [when({}), "rules[0].when: A condition of an unknown kind. Give it one of attribute, all, any, not, segment, flag."],
  [
    when({ ...test, op: "sounds" }),
    'rules[0].when.op: There is no operator "sounds". Use one of in, exists, contains, startsWith, endsWith, matches, lessThan, atMost, greaterThan, atLeast, before, after, semverEqual, semverLessThan, semverAtMost, semverGreaterThan, semverAtLeast, inCidr.',
  ],
  [when({ ...test, op: "lessThan" }), 'rules[0].when.values[0]: "x" is not a finite number. Give a finite number.'],
  [
    when({ attribute: "a", op: "exists", values: [1] }),
    "rules[0].when.values[0]: exists takes no values. Leave values out; to ask for absence, put the test into a not.",
  ],
  [
    {
      rules: [
        { id: "r", when: test, serve },
        { when: test, serve },
        { id: "r", when: test, serve },
      ],
    },
    "rules[2].id: Another rule has this id. Give each rule its own, or none to have one made.",
  ],
  [
    { rules: [{ id: "R", when: test, serve }] },
    'rules[0].id: Found "R". Give 1 to 128 of a-z 0-9 . _ -, starting with a letter or digit, instead.',
  ],
  [
    { rules: Array(203).fill({ when: test, serve }) },
    "rules: There are 203 rules, and the limit is 200. Remove at least 3.",
  ],
  [
    { targets: [{ variant: "on", keys: Array(10_002).fill("k") }] },
    "targets: There are 10002 target keys, and the limit is 10000. Remove at least 2.",
  ],
  [
    when({ any: Array(1_004).fill(test) }),
    "rules[0].when: There are 1004 tests in this condition, and the limit is 1000. Remove at least 4.",
  ],
  [
    when({ ...test, op: "matches", values: ["a".repeat(257)] }),
    "rules[0].when.values[0]: The pattern has 257 characters, and the limit is 256. Split it into several values.",
  ],
  [
    when(
      Array(17)
        .fill(0)
        .reduce((inner: unknown) => ({ not: inner }), test),
    ),
    `rules[0].when${".not".repeat(16)}: Conditions nest more than 16 deep here. Move a part into a segment.`,
  ],
  [
    when({ ...test, op: "lessThan", values: [Number.NaN, "x"] }),
    "rules[0].when.values[0]: Found NaN. Give a string, a number or a boolean instead.",
  ],
  [when({ ...test, op: "matches", values: "(" }), 'rules[0].when.values: Found "(". Give a list of values instead.'],
  [
    when({ ...test, op: "matches", values: [Array(300).fill("a")] }),
    "rules[0].when.values[0]: a list is not a regular expression that JavaScript accepts with its u flag. Give a regular expression that JavaScript accepts with its u flag.",
  ],
  [when({ ...test, op: undefined }), "rules[0].when.op: It is missing. Give the name of an operator."],
  [when({ ...test, op: ["in"] }), "rules[0].when.op: Found a list. Give the name of an operator instead."],
  [{ targets: [{ variant: "on", keys: "u1" }] }, 'targets[0].keys: Found "u1". Give a list of strings instead.'],
  [when({ attribute: "a", op: "exists", values: 7 }), "rules[0].when.values: Found 7. Give a list of values instead."],
  [{ rules: {} }, "rules: Found an object. Give a list of rules instead."],
  [{ targets: null }, "targets: Found null. Give a list of targets instead."],
  [
    { targets: [null, { variant: "on", keys: 7 }] },
    "targets[0]: Found null. Give a target, an object with variant and keys instead.",
    "targets[1].keys: Found 7. Give a list of strings instead.",
  ],
  [rollout({}), "fallthrough.rollout.weights: It is missing. Give weights, an object of whole numbers by variant."],
];

describe("checkTargeting", () => {
  it.each(named(targetings))("tells: $messages.0", ({ given, messages }) => {
    expect(told(checkTargeting({ ...targeting, ...given }, { type: "boolean", variants }))).toEqual(messages);
  });

  it("tells what is no targeting at all", () => {
    expect(told(checkTargeting(7, { type: "boolean", variants }))).toEqual([
      "Found 7. Give a targeting, an object instead.",
    ]);
  });

  it.each([
    ["a", 1],
    ["é", 2],
    ["€", 3],
    ["\u007f", 1],
    ["\u0080", 2],
    ["\u07ff", 2],
    ["\u0800", 3],
    ["\uffff", 3],
    ["\u{10000}", 4],
    ["💥", 4],
  ])("counts %s as %i bytes of UTF-8", (character, bytes) => {
    const count = 100_000;
    const [one, two] = [count, count + 1].map((length) => {
      const [finding] = checkTargeting(
        { ...targeting, ...when({ ...test, values: ["x".repeat(262_144), character.repeat(length)] }) },
        { type: "boolean", variants },
      );
      return Number(/takes (\d+) bytes/.exec(finding?.message ?? "")?.[1]);
    });
    expect(Number(two) - Number(one)).toBe(bytes);
  });

  it("takes a document of the greatest size, and none that is a byte larger", () => {
    const sized = (length: number) =>
      checkTargeting(
        { ...targeting, ...when({ ...test, values: ["x".repeat(length)] }) },
        { type: "boolean", variants },
      );
    const [finding] = sized(262_144);
    const over = Number(/takes (\d+) bytes/.exec(finding?.message ?? "")?.[1]) - 262_144;
    expect(sized(262_144 - over)).toEqual([]);
    expect(told(sized(262_144 - over + 1))).toEqual([
      "The flag takes 262145 bytes, and the limit is 262144. Move long lists of keys into a segment.",
    ]);
  });
});

describe("checkFlagDefinition", () => {
  it("tells all that is wrong, in the order of the fields", () => {
    const fields = "key, type, kind, description, tags, owner, clientSide, seed, variants";
    expect(told(checkFlagDefinition({ key: "K", later: 1, type: "colour", tags: "web", variants: 7 }))).toEqual([
      `later: There is no such field. Remove it; the fields here are ${fields}.`,
      'key: Found "K". Give 1 to 128 of a-z 0-9 . _ -, starting with a letter or digit, instead.',
      'type: Found "colour". Give one of boolean, string, number, json instead.',
      "kind: It is missing. Give one of release, experiment, ops, permission.",
      "description: It is missing. Give a string.",
      'tags: Found "web". Give a list of strings instead.',
      "owner: It is missing. Give a string.",
      "clientSide: It is missing. Give true or false.",
      "seed: It is missing. Give a whole number from 0 to 4294967295.",
      "variants: Found 7. Give a list of variants instead.",
    ]);
    expect(told(checkFlagDefinition(null))).toEqual(["Found null. Give a flag, an object instead."]);
  });

  it("tells what is wrong with a variant", () => {
    const definition = {
      key: "k",
      type: "boolean",
      kind: "ops",
      description: "",
      tags: [],
      owner: "",
      clientSide: true,
      seed: 0,
    };
    const variants = [{ key: "on", value: true, description: 7, x: 1 }];
    expect(told(checkFlagDefinition({ ...definition, variants }))).toEqual([
      "variants[0].x: There is no such field. Remove it; the fields here are key, value, description.",
      "variants[0].description: Found 7. Give a string instead.",
    ]);
    const many = Array.from({ length: 66 }, (_, at) => ({ key: `v${at}`, value: true }));
    expect(told(checkFlagDefinition({ ...definition, variants: many }))).toEqual([
      "variants: There are 66 variants, and the limit is 64. Remove at least 2.",
    ]);
    expect(checkFlagDefinition({ ...definition, variants: many.slice(0, 64) })).toEqual([]);
    const large = [{ key: "on", value: true, description: "x".repeat(262_144) }];
    expect(checkFlagDefinition({ ...definition, variants: large })).toMatchObject([{ path: "", limit: true }]);
    expect(told(checkFlagDefinition({ ...definition, variants: large, seed: -1 }))).toEqual([
      "seed: Found -1. Give a whole number from 0 to 4294967295 instead.",
    ]);
  });
});

const writtenSegment = { key: "s", name: "", description: "", included: [], excluded: [], when: null };

describe("checkSegment and readSegment", () => {
  it("take lists by reference when they read, and none when they are written", () => {
    const byReference = { included: { list: "l1", count: 20_000 } };
    expect(readSegment({ ...aSegment(), ...byReference })).toHaveProperty("value.included.count", 20_000);
    expect(told(checkSegment({ ...writtenSegment, ...byReference }))).toEqual([
      "included: Found an object. Give a list of strings instead.",
    ]);
    const read = readSegment({ ...aSegment(), included: { list: 7, count: -1 } });
    expect("findings" in read && told(read.findings)).toEqual([
      "included.list: Found 7. Give a string instead.",
      "included.count: Found -1. Give how many keys there are, a whole number from 0 instead.",
    ]);
    expect(readSegment(null)).toEqual({
      findings: [{ path: "", message: "Found null. Give a segment, an object instead." }],
    });
  });

  it("tell what is wrong and what to do", () => {
    expect(told(checkSegment("s"))).toEqual(['Found "s". Give a segment, an object instead.']);
    expect(told(checkSegment({ ...writtenSegment, included: "u1", by: 7, when: 7, x: 1 }))).toEqual([
      'included: Found "u1". Give a list of strings instead.',
      "by: Found 7. Give a string instead.",
      `when: Found 7. ${aCondition} instead.`,
      "x: There is no such field. Remove it; the fields here are key, name, description, included, excluded, by, when.",
    ]);
    expect(told(checkSegment({ ...writtenSegment, included: ["a", "b"], excluded: ["b"] }))).toEqual([
      "included[1]: This key is in excluded too, and cannot be both. Remove it from one.",
    ]);
    expect(told(checkSegment({ ...writtenSegment, included: ["u1"], excluded: "u1" }))).toEqual([
      'excluded: Found "u1". Give a list of strings instead.',
    ]);
    const read = readSegment({ ...aSegment(), version: 0.5, excluded: [7] });
    expect("findings" in read && told(read.findings)).toEqual([
      "excluded[0]: Found 7. Give a string instead.",
      "version: Found 0.5. Give a whole number from 0 instead.",
    ]);
  });
});

describe("checkReferences", () => {
  it("tells where what is missing is referred to", () => {
    const flag = aFlag({
      prerequisites: [{ flag: "none", variants: ["on"] }],
      rules: [
        { id: "r", when: { any: [{ segment: "none" }, { flag: "other", variants: ["x"] }] }, serve: { variant: "on" } },
      ],
    });
    const segment = aSegment({ when: { flag: "none", variants: [] } });
    const findings = checkReferences({
      flags: new Map([
        ["f", flag],
        ["other", aFlag()],
      ]),
      segments: new Map([["s", segment]]),
    });
    expect(findings).toEqual([
      {
        kind: "flag",
        key: "f",
        path: "prerequisites[0].flag",
        message: 'There is no flag "none". Create it first, or remove this reference.',
      },
      {
        kind: "flag",
        key: "f",
        path: "rules[0].when.any[0].segment",
        message: 'There is no segment "none". Create it first, or remove this part.',
      },
      {
        kind: "flag",
        key: "f",
        path: "rules[0].when.any[1].variants[0]",
        message: 'Flag other has no variant "x". Name one of on, off.',
      },
      {
        kind: "segment",
        key: "s",
        path: "when.flag",
        message: 'There is no flag "none". Create it first, or remove this reference.',
      },
    ]);
  });
});
