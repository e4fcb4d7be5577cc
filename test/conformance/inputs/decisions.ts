/** Decisions, each answer written down by hand from the model; only where a bucket decides is the bucket computed. */
import { bucketOf } from "../../../packages/core/src/index.ts";
import { type Ask, type DecisionInput, everybody, flag, is, rollout, rule, ruled, user } from "./decision.ts";

const SPLIT_ALL = rollout([[100_000, "on"]]);

/** The bucket of u1 under seed 1, which allocations are built around. */
const AT = bucketOf("u1", 1);

export const rules: readonly DecisionInput[] = [
  {
    name: "reasons without a context",
    flags: {
      static: flag(),
      disabled: flag({ enabled: false }),
      "served by the default": flag({ targets: [{ variant: "off", keys: ["u9"] }] }),
      split: flag({ fallthrough: SPLIT_ALL }),
      "off for all": flag({ fallthrough: { variant: "off" } }),
    },
    asks: [
      ["static", {}, "on STATIC"],
      ["static", null, "on STATIC"],
      ["static", [], "on STATIC", { default: true }],
      ["disabled", user("u1"), "off DISABLED"],
      ["served by the default", {}, "on DEFAULT"],
      ["split", {}, "on SPLIT"],
      ["off for all", {}, "off STATIC"],
      ["there is none", {}, "ERROR FLAG_NOT_FOUND"],
      ["there is none", {}, "ERROR FLAG_NOT_FOUND", { default: "text" }],
      ["constructor", {}, "ERROR FLAG_NOT_FOUND", { default: true }],
      ["__proto__", {}, "ERROR FLAG_NOT_FOUND"],
    ],
  },
  {
    name: "keys of flags, variants and users are data",
    flags: {
      ["__proto__"]: flag({ targets: [{ variant: "off", keys: ["__proto__", "constructor"] }] }),
      constructor: flag({
        variants: [
          { key: "toString", value: true },
          { key: "__proto__", value: false },
        ],
        off: "__proto__",
        fallthrough: { variant: "toString" },
      }),
    },
    asks: [
      ["__proto__", user("__proto__"), "off TARGETING_MATCH"],
      ["__proto__", user("toString"), "on DEFAULT"],
      ["constructor", {}, "toString STATIC"],
    ],
  },
  {
    name: "targets: the first list that has the key, before any rule",
    flags: {
      f: flag({
        targets: [
          { variant: "on", keys: ["u1", "7", ""] },
          { variant: "off", keys: ["u1", "u2", "-3"] },
        ],
        rules: [rule("all", everybody)],
        fallthrough: { variant: "off" },
      }),
    },
    asks: [
      ["f", user("u1"), "on TARGETING_MATCH"],
      ["f", user("u2"), "off TARGETING_MATCH"],
      ["f", user(7), "on TARGETING_MATCH"],
      ["f", user("7"), "on TARGETING_MATCH"],
      ["f", user(-3), "off TARGETING_MATCH"],
      ["f", user(""), "on TARGETING_MATCH"],
      ["f", user(7.5), "on TARGETING_MATCH all"],
      ["f", user(true), "on TARGETING_MATCH all"],
      ["f", user(null), "on TARGETING_MATCH all"],
      ["f", user(["u1"]), "on TARGETING_MATCH all"],
      ["f", user("U1"), "on TARGETING_MATCH all"],
      ["f", {}, "on TARGETING_MATCH all"],
    ],
  },
  {
    name: "rules: the first whose condition holds",
    flags: {
      f: flag({
        rules: [
          rule("beta", is("plan", "beta")),
          rule("pro", is("plan", "pro"), { variant: "off" }),
          rule("pro again", is("plan", "pro")),
          rule("split", is("plan", "team"), SPLIT_ALL),
        ],
        fallthrough: { variant: "off" },
      }),
    },
    asks: [
      ["f", { plan: "beta" }, "on TARGETING_MATCH beta"],
      ["f", { plan: "pro" }, "off TARGETING_MATCH pro"],
      ["f", { plan: "team" }, "on SPLIT split"],
      ["f", { plan: "free" }, "off DEFAULT"],
      ["f", {}, "off DEFAULT"],
    ],
  },
  {
    name: "what is not understood never opens a feature, and hides no other rule",
    flags: {
      f: ruled(
        rule("unknown operator", { any: [everybody, { attribute: "a", op: "soundsLike", values: ["x"] }] }),
        rule("unknown kind", { not: { moonPhase: "full" } }),
        rule("unusable value", { not: { attribute: "a", op: "lessThan", values: [1, "two"] } }),
        rule("known", is("a", "x")),
      ),
    },
    asks: [
      ["f", { a: "x" }, "on TARGETING_MATCH known"],
      ["f", { a: "y" }, "off DEFAULT"],
    ],
  },
];

const evenly = (variants: readonly (string | null)[]): readonly unknown[] =>
  variants.map((variant, at) => [((at + 1) * 100_000) / variants.length, variant]);

export const rollouts: readonly DecisionInput[] = [
  {
    name: "the borders of a range: below its upTo, not at it",
    flags: {
      "u1 alone": flag({
        fallthrough: rollout([
          [AT, "off"],
          [AT + 1, "on"],
          [100_000, "off"],
        ]),
      }),
      "ends before u1": flag({
        fallthrough: rollout([
          [AT, "on"],
          [100_000, "off"],
        ]),
      }),
      "ends with u1": flag({
        fallthrough: rollout([
          [AT + 1, "on"],
          [100_000, "off"],
        ]),
      }),
      "left out by null": flag({
        fallthrough: rollout([
          [AT, "on"],
          [AT + 1, null],
          [100_000, "on"],
        ]),
      }),
      "past the last range": flag({ fallthrough: rollout([[AT, "on"]]) }),
      "an empty range": flag({
        fallthrough: rollout([
          [AT, "off"],
          [AT, "on"],
          [100_000, "off"],
        ]),
      }),
      nobody: flag({ fallthrough: rollout([]) }),
    },
    asks: [
      ["u1 alone", user("u1"), "on SPLIT"],
      ["ends before u1", user("u1"), "off SPLIT"],
      ["ends with u1", user("u1"), "on SPLIT"],
      ["left out by null", user("u1"), "off DEFAULT"],
      ["past the last range", user("u1"), "off DEFAULT"],
      ["an empty range", user("u1"), "off SPLIT"],
      ["nobody", user("u1"), "off DEFAULT"],
    ],
  },
  {
    name: "who is left out of a rule's rollout goes on to the next rule",
    flags: {
      f: ruled(
        rule(
          "first",
          everybody,
          rollout([
            [AT, "off"],
            [AT + 1, null],
            [100_000, "off"],
          ]),
        ),
        rule(
          "by organization",
          everybody,
          rollout(
            [
              [bucketOf("acme", 1), null],
              [bucketOf("acme", 1) + 1, "on"],
            ],
            { bucketBy: "organization.id" },
          ),
        ),
        rule("second", is("plan", "pro")),
      ),
    },
    asks: [
      ["f", user("u1", { plan: "pro" }), "on TARGETING_MATCH second"],
      ["f", user("u1", { organization: { id: "acme" } }), "on SPLIT by organization"],
      ["f", user("u1"), "off DEFAULT"],
      ["f", { plan: "pro" }, "on TARGETING_MATCH second"],
      ["f", {}, "off DEFAULT"],
    ],
  },
  {
    name: "what can be hashed",
    flags: {
      halves: flag({ fallthrough: rollout(evenly(["on", "on", "off"])) }),
      "halves by account": flag({
        fallthrough: rollout(
          [
            [50_000, "on"],
            [100_000, "off"],
          ],
          { bucketBy: "account" },
        ),
      }),
      "the same for all": flag({
        fallthrough: rollout(
          [
            [10, "on"],
            [60_000, "on"],
            [100_000, "on"],
          ],
          { bucketBy: "account" },
        ),
      }),
      "by $now": flag({
        fallthrough: rollout(
          [
            [100, "off"],
            [100_000, "on"],
          ],
          { bucketBy: "$now" },
        ),
      }),
    },
    asks: [
      ["halves by account", {}, "off DEFAULT"],
      ["halves by account", { account: "" }, "off DEFAULT"],
      ["halves by account", { account: 1.5 }, "off DEFAULT"],
      ["halves by account", { account: 9007199254740992 }, "off DEFAULT"],
      ["halves by account", { account: true }, "off DEFAULT"],
      ["halves by account", { account: ["a"] }, "off DEFAULT"],
      ["halves by account", { account: null }, "off DEFAULT"],
      ...[12, -12, 0, 9007199254740991].map(
        (account): Ask => [
          "halves by account",
          { account },
          bucketOf(`${account}`, 1) < 50_000 ? "on SPLIT" : "off SPLIT",
        ],
      ),
      ...["12", "é", "😀", "日本", "\ud800", " "].map(
        (account): Ask => ["halves by account", { account }, bucketOf(account, 1) < 50_000 ? "on SPLIT" : "off SPLIT"],
      ),
      ["the same for all", {}, "on SPLIT"],
      ["the same for all", { account: true }, "on SPLIT"],
      ["by $now", {}, "off DEFAULT", { now: 1 }],
    ],
  },
  {
    name: "the attribute that is hashed is looked up whole first, and $now is one of the context",
    flags: {
      "by organization": flag({
        fallthrough: rollout(
          [
            [bucketOf("acme", 1), null],
            [bucketOf("acme", 1) + 1, "on"],
          ],
          { bucketBy: "organization.id" },
        ),
      }),
      "by $now": flag({
        fallthrough: rollout(
          [
            [bucketOf("7", 1), null],
            [bucketOf("7", 1) + 1, "on"],
          ],
          { bucketBy: "$now" },
        ),
      }),
      "all but one bucket": flag({ fallthrough: rollout([[99_999, "on"]]) }),
    },
    asks: [
      ["by organization", { organization: { id: "acme" } }, "on SPLIT"],
      ["by organization", { "organization.id": "acme", organization: { id: "x" } }, "on SPLIT"],
      ["by organization", { "organization.id": null, organization: { id: "acme" } }, "off DEFAULT"],
      ["by organization", { organization: [{ id: "acme" }] }, "off DEFAULT"],
      ["by $now", { $now: 7 }, "on SPLIT", { now: 8 }],
      ["by $now", {}, "off DEFAULT", { now: 7 }],
      ["all but one bucket", {}, "off DEFAULT"],
    ],
  },
  {
    name: "a rollout's own seed takes the place of the flag's",
    flags: Object.fromEntries(
      [0, 2, 4_294_967_295].map((seed) => [
        `seed ${seed}`,
        flag({
          fallthrough: rollout(
            [
              [bucketOf("u1", seed), "off"],
              [bucketOf("u1", seed) + 1, "on"],
              [100_000, "off"],
            ],
            { seed },
          ),
        }),
      ]),
    ),
    asks: [0, 2, 4_294_967_295].map((seed): Ask => [`seed ${seed}`, user("u1"), "on SPLIT"]),
  },
  {
    name: "weights, as a configuration file has them, are laid out in the order of the variants",
    flags: {
      all: flag({ fallthrough: { rollout: { weights: { off: 0, on: 100_000 } } } }),
      "on up to u1": flag({ fallthrough: { rollout: { weights: { off: 100_000 - AT - 1, on: AT + 1 } } } }),
      "on below u1": flag({ fallthrough: { rollout: { weights: { off: 100_000 - AT, on: AT } } } }),
      "the rest is left out": flag({ fallthrough: { rollout: { weights: { on: AT } } } }),
    },
    asks: [
      ["all", {}, "on SPLIT"],
      ["on up to u1", user("u1"), "on SPLIT"],
      ["on below u1", user("u1"), "off SPLIT"],
      ["the rest is left out", user("u1"), "off DEFAULT"],
    ],
  },
];
