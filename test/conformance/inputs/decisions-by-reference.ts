/** Decisions by segments and by other flags, each answer written down by hand from the model. */
import {
  type Ask,
  type DecisionInput,
  everybody,
  type Fields,
  flag,
  is,
  rule,
  ruled,
  segment,
  user,
} from "./decision.ts";

const staff = { segment: "staff" };

export const segments: readonly DecisionInput[] = [
  {
    name: "excluded before included before the condition",
    flags: { f: ruled(rule("r", staff)) },
    segments: { staff: segment({ included: ["u1", "u2", "7", ""], excluded: ["u2", "u3"], when: is("plan", "pro") }) },
    asks: [
      ["f", user("u1"), "on TARGETING_MATCH r"],
      ["f", user("u2", { plan: "pro" }), "off DEFAULT"],
      ["f", user("u3", { plan: "pro" }), "off DEFAULT"],
      ["f", user("u4", { plan: "pro" }), "on TARGETING_MATCH r"],
      ["f", user("u4"), "off DEFAULT"],
      ["f", user(7), "on TARGETING_MATCH r"],
      ["f", user(""), "on TARGETING_MATCH r"],
      ["f", { plan: "pro" }, "on TARGETING_MATCH r"],
      ["f", user(["u1"]), "off DEFAULT"],
    ],
  },
  {
    name: "another attribute than the targetingKey",
    flags: { f: ruled(rule("r", staff)) },
    segments: { staff: segment({ by: "organization.id", included: ["acme", "12"] }) },
    asks: [
      ["f", user("acme"), "off DEFAULT"],
      ["f", { organization: { id: "acme" } }, "on TARGETING_MATCH r"],
      ["f", { "organization.id": 12 }, "on TARGETING_MATCH r"],
      ["f", { organization: { id: ["acme"] } }, "off DEFAULT"],
    ],
  },
  {
    name: "$now as the attribute of a segment is one of the context",
    flags: { f: ruled(rule("r", staff)) },
    segments: { staff: segment({ by: "$now", included: ["7"] }) },
    asks: [
      ["f", {}, "off DEFAULT", { now: 7 }],
      ["f", { $now: "7" }, "on TARGETING_MATCH r", { now: 8 }],
    ],
  },
  {
    name: "segments in segments",
    flags: {
      f: ruled(rule("r", { all: [{ segment: "outer" }, { not: { segment: "empty" } }] })),
      g: ruled(rule("r", { not: { segment: "outer" } })),
    },
    segments: {
      staff: segment({ included: ["u1"] }),
      outer: segment({ excluded: ["u9"], when: { any: [staff, is("plan", "pro")] } }),
      empty: segment(),
    },
    asks: [
      ["f", user("u1"), "on TARGETING_MATCH r"],
      ["f", user("u2"), "off DEFAULT"],
      ["f", user("u9", { plan: "pro" }), "off DEFAULT"],
      ["g", user("u2"), "on TARGETING_MATCH r"],
      ["g", user("u1"), "off DEFAULT"],
    ],
  },
  {
    name: "a segment that is not there, cannot be read or is not understood decides nothing, its lists included",
    flags: Object.fromEntries(
      ["missing", "broken", "strange", "outer", "without when"].flatMap((key): [string, Fields][] => [
        [key, ruled(rule("r", { segment: key }))],
        [`not ${key}`, ruled(rule("r", { not: { segment: key } }), rule("next", is("plan", "pro")))],
      ]),
    ),
    segments: {
      broken: segment({ included: "u1" }),
      strange: segment({ included: ["u1"], when: { attribute: "a", op: "soundsLike", values: ["x"] } }),
      outer: segment({ included: ["u1"], when: { segment: "missing" } }),
      "without when": { version: 1, included: ["u1"], excluded: [] },
    },
    asks: ["missing", "broken", "strange", "outer", "without when"].flatMap((key): Ask[] => [
      [key, user("u1"), "off DEFAULT"],
      [`not ${key}`, user("u2"), "off DEFAULT"],
      [`not ${key}`, user("u2", { plan: "pro" }), "on TARGETING_MATCH next"],
    ]),
  },
];

export const lists: readonly DecisionInput[] = [
  {
    name: "a list that is held apart",
    flags: { f: ruled(rule("r", staff)), g: ruled(rule("r", { segment: "others" })) },
    segments: {
      staff: segment({ included: { list: "l1", count: 3 } }),
      others: segment({ excluded: { list: "l1", count: 3 }, when: everybody }),
    },
    lists: { l1: ["u1", "7", "é"] },
    asks: [
      ["f", user("u1"), "on TARGETING_MATCH r"],
      ["f", user(7), "on TARGETING_MATCH r"],
      ["f", user("é"), "on TARGETING_MATCH r"],
      ["f", user("u2"), "off DEFAULT"],
      ["f", {}, "off DEFAULT"],
      ["g", user("u1"), "off DEFAULT"],
      ["g", user("u2"), "on TARGETING_MATCH r"],
    ],
  },
  {
    name: "a list that is not there: its segment decides nothing",
    flags: {
      f: ruled(rule("r", staff)),
      g: ruled(rule("r", { not: staff })),
      h: ruled(rule("r", { segment: "others" })),
    },
    segments: {
      staff: segment({ included: { list: "l2", count: 3 }, when: everybody }),
      others: segment({ included: ["u1"], excluded: { list: "l2", count: 3 }, when: everybody }),
    },
    asks: [
      ["f", user("u1"), "off DEFAULT"],
      ["g", user("u1"), "off DEFAULT"],
      ["h", user("u1"), "off DEFAULT"],
    ],
  },
];

const needs = (key: string, ...variants: readonly string[]): Fields => ({ flag: key, variants });

export const references: readonly DecisionInput[] = [
  {
    name: "prerequisites",
    flags: {
      plain: flag(),
      off: flag({ fallthrough: { variant: "off" } }),
      disabled: flag({ enabled: false }),
      "by plan": ruled(rule("r", is("plan", "pro"))),
      met: flag({ prerequisites: [needs("plain", "on")] }),
      "met by one of many": flag({ prerequisites: [needs("off", "on", "off")] }),
      "by a disabled flag's off variant": flag({ prerequisites: [needs("disabled", "off")] }),
      "not by a disabled flag": flag({ prerequisites: [needs("disabled", "on")] }),
      "by no flag": flag({ prerequisites: [needs("there is none", "on", "off")] }),
      "by no variant": flag({ prerequisites: [needs("plain")] }),
      "both, the second fails": flag({ prerequisites: [needs("plain", "on"), needs("by plan", "on")] }),
      chain: flag({ prerequisites: [needs("both, the second fails", "on")] }),
      "before targets": flag({ prerequisites: [needs("off", "on")], targets: [{ variant: "on", keys: ["u1"] }] }),
      "disabled before prerequisites": flag({ enabled: false, prerequisites: [needs("off", "on")] }),
      "on a broken flag": flag({ prerequisites: [needs("broken", "on")] }),
      broken: flag({ variants: [] }),
    },
    asks: [
      ["met", {}, "on DEFAULT"],
      ["met by one of many", {}, "on DEFAULT"],
      ["by a disabled flag's off variant", {}, "on DEFAULT"],
      ["not by a disabled flag", {}, "off PREREQUISITE_FAILED"],
      ["by no flag", {}, "off PREREQUISITE_FAILED"],
      ["by no variant", {}, "off PREREQUISITE_FAILED"],
      ["both, the second fails", { plan: "pro" }, "on DEFAULT"],
      ["both, the second fails", {}, "off PREREQUISITE_FAILED"],
      ["chain", { plan: "pro" }, "on DEFAULT"],
      ["chain", {}, "off PREREQUISITE_FAILED"],
      ["before targets", user("u1"), "off PREREQUISITE_FAILED"],
      ["disabled before prerequisites", {}, "off DISABLED"],
      ["on a broken flag", {}, "off PREREQUISITE_FAILED"],
    ],
  },
  {
    name: "flag conditions",
    flags: {
      plain: flag(),
      strange: ruled(rule("r", { moonPhase: "full" })),
      "plain is on": ruled(rule("r", needs("plain", "on"))),
      "plain is not on": ruled(rule("r", { not: needs("plain", "on") })),
      "none is on": ruled(rule("r", needs("there is none", "on"))),
      "none is not on": ruled(rule("r", { not: needs("there is none", "on") })),
      "strange is off": ruled(rule("r", needs("strange", "off"))),
    },
    asks: [
      ["plain is on", {}, "on TARGETING_MATCH r"],
      ["plain is not on", {}, "off DEFAULT"],
      ["none is on", {}, "off DEFAULT"],
      ["none is not on", {}, "on TARGETING_MATCH r"],
      ["strange is off", {}, "on TARGETING_MATCH r"],
    ],
  },
  {
    name: "flag conditions on flags that are disabled, fail or cannot be read",
    flags: {
      disabled: flag({ enabled: false }),
      circular: flag({ prerequisites: [needs("circular", "on")] }),
      broken: flag({ variants: [] }),
      "disabled is off": ruled(rule("r", needs("disabled", "off"))),
      "disabled is on": ruled(rule("r", needs("disabled", "on"))),
      "broken is on or off": ruled(rule("r", needs("broken", "on", "off"))),
      "broken is not on": ruled(rule("r", { not: needs("broken", "on") })),
      "circular is not on": ruled(rule("r", { not: needs("circular", "on") })),
    },
    asks: [
      ["disabled is off", {}, "on TARGETING_MATCH r"],
      ["disabled is on", {}, "off DEFAULT"],
      ["broken is on or off", {}, "off DEFAULT"],
      ["broken is not on", {}, "on TARGETING_MATCH r"],
      ["circular is not on", {}, "ERROR GENERAL"],
    ],
  },
  {
    name: "a cycle is one through disabled flags too, and ends at what cannot be read",
    flags: {
      a: flag({ prerequisites: [needs("b", "off")] }),
      b: flag({ enabled: false, prerequisites: [needs("c", "on")] }),
      c: ruled(rule("r", needs("b", "on"))),
      "to the unreadable": flag({ prerequisites: [needs("unreadable", "on")] }),
      unreadable: flag({ off: "none", prerequisites: [needs("to the unreadable", "on")] }),
      "another type": flag({ prerequisites: [needs("another type", "on")] }),
    },
    asks: [
      ["a", {}, "ERROR GENERAL", { default: true }],
      ["b", {}, "off DISABLED"],
      ["c", {}, "ERROR GENERAL"],
      ["to the unreadable", {}, "off PREREQUISITE_FAILED"],
      ["unreadable", {}, "ERROR PARSE_ERROR"],
      ["another type", {}, "ERROR TYPE_MISMATCH", { default: "on" }],
    ],
  },
  {
    name: "as long a chain as can be written: 100 references",
    flags: { f: ruled(rule("r", { segment: "s0" })) },
    segments: Object.fromEntries(
      [...Array(100).keys()].map((at) => [
        `s${at}`,
        segment({ when: at < 99 ? { not: { segment: `s${at + 1}` } } : is("plan", "pro") }),
      ]),
    ),
    asks: [
      ["f", { plan: "pro" }, "off DEFAULT"],
      ["f", { plan: "free" }, "on TARGETING_MATCH r"],
    ],
  },
  {
    name: "cycles: whoever leads into one fails, unless disabled",
    flags: {
      a: flag({ prerequisites: [needs("b", "on")] }),
      b: ruled(rule("r", needs("a", "on"))),
      "leads there": flag({ rules: [rule("never reached", { all: [{ any: [] }, needs("a", "on")] })] }),
      itself: flag({ prerequisites: [needs("itself", "on")] }),
      "a disabled one": flag({ enabled: false, prerequisites: [needs("a", "on")] }),
      "by segments": ruled(rule("r", { segment: "s" })),
      beside: flag(),
    },
    segments: { s: segment({ when: { segment: "t" } }), t: segment({ when: { not: { segment: "s" } } }) },
    asks: [
      ["a", {}, "ERROR GENERAL"],
      ["b", {}, "ERROR GENERAL", { default: true }],
      ["leads there", {}, "ERROR GENERAL"],
      ["itself", {}, "ERROR GENERAL"],
      ["a disabled one", {}, "off DISABLED"],
      ["by segments", {}, "ERROR GENERAL"],
      ["beside", {}, "on STATIC"],
    ],
  },
];
