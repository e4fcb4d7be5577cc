/** Decisions by a flag's type, and by what is wrong with it, each answer written down by hand from the model. */
import { type Ask, type DecisionInput, type Fields, flag, is, rollout, rule, user } from "./decision.ts";

const single = (type: string, value: unknown): Fields =>
  flag({ type, variants: [{ key: "v", value }], off: "v", fallthrough: { variant: "v" } });

export const values: readonly DecisionInput[] = [
  {
    name: "values of every type, and defaults of another",
    flags: {
      text: single("string", "blue"),
      "empty text": single("string", ""),
      number: single("number", -1.5),
      zero: single("number", 0),
      object: single("json", { a: [1, null, { b: "x" }] }),
      list: single("json", [1, "two", null]),
      null: single("json", null),
      "json true": single("json", true),
      "json text": single("json", "blue"),
      "other names": flag({
        variants: [
          { key: "yes", value: true },
          { key: "no", value: false },
          { key: "also-yes", value: true },
        ],
        off: "no",
        fallthrough: { variant: "also-yes" },
      }),
      disabled: flag({
        type: "string",
        enabled: false,
        variants: [
          { key: "a", value: "A" },
          { key: "b", value: "B" },
        ],
        off: "b",
        fallthrough: { variant: "a" },
      }),
      "disabled, of another type": flag({ enabled: false }),
    },
    asks: [
      ["text", {}, "v STATIC", { default: "red" }],
      ["empty text", {}, "v STATIC", { default: "red" }],
      ["number", {}, "v STATIC", { default: 0 }],
      ["zero", {}, "v STATIC", { default: 7 }],
      ["object", {}, "v STATIC", { default: {} }],
      ["object", {}, "v STATIC", { default: null }],
      ["list", {}, "v STATIC", { default: [] }],
      ["null", {}, "v STATIC", { default: { a: 1 } }],
      ["json true", {}, "v STATIC", { default: {} }],
      ["other names", {}, "also-yes STATIC"],
      ["disabled", {}, "b DISABLED", { default: "C" }],
      ["text", {}, "ERROR TYPE_MISMATCH", { default: false }],
      ["text", {}, "ERROR TYPE_MISMATCH", { default: null }],
      ["number", {}, "ERROR TYPE_MISMATCH", { default: "0" }],
      ["json true", {}, "ERROR TYPE_MISMATCH", { default: true }],
      ["json text", {}, "ERROR TYPE_MISMATCH", { default: "red" }],
      ["other names", {}, "ERROR TYPE_MISMATCH", { default: "yes" }],
      ["other names", {}, "ERROR TYPE_MISMATCH", { default: [] }],
      ["disabled, of another type", {}, "ERROR TYPE_MISMATCH", { default: "on" }],
    ],
  },
];

const condition = (when: unknown): Fields => flag({ rules: [{ id: "r", when, serve: { variant: "on" } }] });
const served = (fallthrough: unknown): Fields => flag({ fallthrough });

const unreadable: { readonly [what: string]: unknown } = {
  null: null,
  "a list": [],
  text: "on",
  "an empty object": {},
  "enabled as text": flag({ enabled: "true" }),
  "no version": flag({ version: undefined }),
  "an unknown type": flag({ type: "date" }),
  "no variants": flag({ variants: [] }),
  "a variant of another type": flag({
    variants: [
      { key: "on", value: "true" },
      { key: "off", value: false },
    ],
  }),
  "a variant twice": flag({
    variants: [
      { key: "on", value: true },
      { key: "off", value: false },
      { key: "on", value: true },
    ],
  }),
  "a missing off variant": flag({ off: "none" }),
  "a missing off variant, disabled": flag({ off: "none", enabled: false }),
  "a missing variant in a rule that nobody reaches": flag({ rules: [rule("r", { any: [] }, { variant: "none" })] }),
  "a missing variant in a target": flag({ targets: [{ variant: "none", keys: [] }] }),
  "a target's key that is a number": flag({ targets: [{ variant: "on", keys: [7] }] }),
  "a negative seed": flag({ seed: -1 }),
  "a seed over 32 bits": flag({ seed: 4_294_967_296 }),
  "a fractional seed": flag({ seed: 0.5 }),
  "a rollout's bad seed": served(rollout([[100_000, "on"]], { seed: -1 })),
  "an unsorted allocation": served(
    rollout([
      [50_000, "on"],
      [40_000, "off"],
    ]),
  ),
  "an upTo over 100,000": served(rollout([[100_001, "on"]])),
  "a negative upTo": served(rollout([[-1, "on"]])),
  "a fractional upTo": served(rollout([[0.5, "on"]])),
  "a missing variant in an allocation": served(rollout([[100_000, "none"]])),
  "a range of three": served(rollout([[100_000, "on", "off"]])),
  "weights over 100,000 in sum": served({ rollout: { weights: { on: 60_000, off: 40_001 } } }),
  "a negative weight": served({ rollout: { weights: { on: -1 } } }),
  "a fractional weight": served({ rollout: { weights: { on: 0.5 } } }),
  "a weight of no variant": served({ rollout: { weights: { none: 1 } } }),
  "weights beside an allocation": served({ rollout: { allocation: [[100_000, "on"]], weights: { on: 1 } } }),
  "neither weights nor allocation": served({ rollout: {} }),
  "a variant beside a rollout": served({ variant: "on", rollout: { allocation: [[100_000, "on"]] } }),
  "an empty fallthrough": served({}),
  "a null seed in a rollout": served(rollout([[100_000, "on"]], { seed: null })),
  "a rule without when": flag({ rules: [{ id: "r", serve: { variant: "on" } }] }),
  "a rule without serve": flag({ rules: [{ id: "r", when: { all: [] } }] }),
  "a rule whose when is null": condition(null),
  "a condition of two kinds": condition({ all: [], any: [] }),
  "a condition that is a list": condition([]),
  "an all that is no list": condition({ all: {} }),
  "a not that is a list": condition({ not: [] }),
  "a null among values": condition({ attribute: "a", op: "in", values: [null] }),
  "a test without op": condition({ attribute: "a", values: ["x"] }),
  "an attribute that is no text": condition({ attribute: 1, op: "exists" }),
  "ignoreCase that is text": condition({ attribute: "a", op: "in", values: ["x"], ignoreCase: "yes" }),
  "a segment that is no text": condition({ segment: 1 }),
  "a flag condition without variants": condition({ flag: "beside" }),
  "a prerequisite without variants": flag({ prerequisites: [{ flag: "beside" }] }),
  "prerequisites that are no list": flag({ prerequisites: {} }),
};

const unreadableToo: { readonly [what: string]: unknown } = {
  "a negative version": flag({ version: -1 }),
  "no seed": flag({ seed: undefined }),
  "a null off variant": flag({ off: null }),
  "rules that are no list": flag({ rules: {} }),
  "targets that are null": flag({ targets: null }),
  "a target without keys": flag({ targets: [{ variant: "on" }] }),
  "a prerequisite that is null": flag({ prerequisites: [null] }),
  "a prerequisite's variant that is null": flag({ prerequisites: [{ flag: "beside", variants: [null] }] }),
  "a variant without a key": flag({ variants: [{ value: true }, { key: "off", value: false }] }),
  "a variant without a value": flag({ type: "json", variants: [{ key: "on" }, { key: "off", value: null }] }),
  "a rule without an id": flag({ rules: [{ when: { all: [] }, serve: { variant: "on" } }] }),
  "a rule's id that is a number": flag({ rules: [{ id: 1, when: { all: [] }, serve: { variant: "on" } }] }),
  "a rule's name that is null": flag({ rules: [{ ...rule("r", { all: [] }), name: null }] }),
  "an unsorted allocation in a rule that nobody reaches": flag({
    rules: [
      rule(
        "r",
        { any: [] },
        rollout([
          [2, "on"],
          [1, "off"],
        ]),
      ),
    ],
  }),
  "an allocation that is no list": served({ rollout: { allocation: {} } }),
  "a range that is no list": served({ rollout: { allocation: ["on"] } }),
  "an upTo that is null": served({ rollout: { allocation: [[null, "on"]] } }),
  "weights that are a list": served({ rollout: { weights: [50_000] } }),
  "a weight that is null": served({ rollout: { weights: { on: null } } }),
  "null weights beside an allocation": served({ rollout: { allocation: [[1, "on"]], weights: null } }),
  "a null variant beside a rollout": served({ variant: null, rollout: { allocation: [[1, "on"]] } }),
  "a bucketBy that is null": served(rollout([[1, "on"]], { bucketBy: null })),
  "a bucketBy that is a list": served(rollout([[1, "on"]], { bucketBy: ["a"] })),
  "an any that is null": condition({ any: null }),
  "a null kind beside another": condition({ all: [], segment: null }),
  "values that are no list": condition({ attribute: "a", op: "in", values: "x" }),
  "no values, where an operator takes some": condition({ attribute: "a", op: "in" }),
  "ignoreCase that is null": condition({ attribute: "a", op: "in", values: ["x"], ignoreCase: null }),
  "a null deep inside": condition({ all: [{ any: [{ not: null }] }] }),
};

export const malformed: readonly DecisionInput[] = [
  {
    name: "a flag that cannot be read fails alone",
    flags: { ...unreadable, beside: flag() },
    asks: [
      ...Object.keys(unreadable).map((key): Ask => [key, user("u1"), "ERROR PARSE_ERROR", { default: true }]),
      ["beside", {}, "on STATIC"],
    ],
  },
  {
    name: "so does one with a null, or a wrong shape, in any other place",
    flags: { ...unreadableToo, beside: flag() },
    asks: [
      ...Object.keys(unreadableToo).map((key): Ask => [key, user("u1"), "ERROR PARSE_ERROR", { default: true }]),
      ["beside", {}, "on STATIC"],
    ],
  },
  {
    name: "a flag that cannot be read is told before its type is",
    flags: { broken: flag({ off: "none" }) },
    asks: [["broken", {}, "ERROR PARSE_ERROR", { default: "text" }]],
  },
  {
    name: "what is beyond the limits, or not known, can be read",
    flags: {
      "many variants": flag({
        variants: [...Array(100).keys()].map((at) => ({ key: `v${at}`, value: at > 0 })),
        off: "v0",
        fallthrough: { variant: "v99" },
      }),
      "a key of a bad form": flag({
        variants: [
          { key: "An!", value: true },
          { key: "", value: false },
        ],
        off: "",
        fallthrough: { variant: "An!" },
      }),
      "unknown fields": flag({
        mood: "good",
        watch: [],
        rules: [{ ...rule("r", { ...is("a", "x"), weight: 3 }), color: "red" }],
      }),
    },
    asks: [
      ["many variants", {}, "v99 STATIC"],
      ["a key of a bad form", {}, "An! STATIC"],
      ["unknown fields", { a: "x" }, "on TARGETING_MATCH r"],
    ],
  },
];
