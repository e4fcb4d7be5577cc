import { aFlag, anyContext, anyRuleset, aRuleset, flagKeys } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf } from "../bucket.ts";
import { compileRuleset } from "../compile/ruleset.ts";
import type { Allocation, Flag, Rollout } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { runs } from "../testing/runs.ts";
import { evaluate } from "./evaluate.ts";
import { placeIn } from "./place.ts";

const SEED = 7;
/** The bucket of u1, which is put on a side by itself. */
const AT = bucketOf("u1", SEED);
const alone: Allocation = [
  [AT, "off"],
  [AT + 1, "on"],
  [100_000, "off"],
];
/** Takes in u1 and nobody else. */
const few: Allocation = [
  [AT, null],
  [AT + 1, "on"],
];
const others: Allocation = [
  [AT, "on"],
  [AT + 1, null],
  [100_000, "on"],
];
const split = (allocation: Allocation, more: Partial<Rollout> = {}) => ({ rollout: { allocation, ...more } });
const pro = { attribute: "plan", op: "in", values: ["pro"] };
const rule = (id: string, serve: Flag["fallthrough"], when: Flag["rules"][number]["when"] = { all: [] }) => ({
  id,
  when,
  serve,
});
const flagOf = (given: Partial<Flag>) => aFlag({ seed: SEED, ...given });
const places = (document: unknown, context: unknown, flag = "f") =>
  placeIn(
    compileRuleset(readRuleset(aRuleset({ flags: { f: document, plain: aFlag(), off: aFlag({ enabled: false }) } }))),
    { flag, release: "r1" },
    context,
    0,
  );

describe("placeIn", () => {
  const own = rule("release-r1", split(few));
  const u1 = { targetingKey: "u1" };

  it.each<[string, Partial<Flag>, object, string, string]>([
    ["by the fallthrough", { fallthrough: split(alone) }, u1, "on", "u1"],
    ["by the fallthrough, on another side", { fallthrough: split(others) }, { targetingKey: "u2" }, "on", "u2"],
    ["by the fallthrough, left out", { fallthrough: split(others) }, u1, "", "u1"],
    ["by its own rule", { rules: [own], fallthrough: split(others) }, u1, "on", "u1"],
    ["by its own rule, left out", { rules: [own], fallthrough: split(alone) }, { targetingKey: "u2" }, "", "u2"],
    [
      "by its own rule, where one before it leaves the context out",
      { rules: [rule("a", split(others)), own] },
      u1,
      "on",
      "u1",
    ],
    [
      "by its own rule, where one before it does not hold",
      { rules: [rule("a", { variant: "on" }, pro), own] },
      u1,
      "on",
      "u1",
    ],
    ["by its own rule, and not by what comes after", { rules: [own, rule("b", { variant: "off" })] }, u1, "on", "u1"],
    [
      "by the fallthrough, behind rules of others",
      { rules: [rule("release-r2", split(others))], fallthrough: split(alone) },
      u1,
      "on",
      "u1",
    ],
    [
      "by another attribute",
      { fallthrough: split(alone, { bucketBy: "account.id" }) },
      { account: { id: "u1" } },
      "on",
      "u1",
    ],
    [
      "by another seed",
      {
        fallthrough: split(
          [
            [bucketOf("u1", 8), null],
            [bucketOf("u1", 8) + 1, "on"],
          ],
          { seed: 8 },
        ),
      },
      u1,
      "on",
      "u1",
    ],
    ["by an integer", { fallthrough: split([[100_000, "on"]]) }, { targetingKey: 12 }, "on", "12"],
    [
      "with a prerequisite that is met",
      { prerequisites: [{ flag: "plain", variants: ["on"] }], fallthrough: split(alone) },
      u1,
      "on",
      "u1",
    ],
    [
      "with targets that are others'",
      { targets: [{ variant: "off", keys: ["u2"] }], fallthrough: split(alone) },
      u1,
      "on",
      "u1",
    ],
  ])("tells the side and the key: %s", (_what, given, context, side, key) => {
    expect(places(flagOf(given), context)).toEqual({ side, key });
  });

  it.each<[string, Partial<Flag>, unknown]>([
    ["a target decides", { targets: [{ variant: "off", keys: ["u1"] }], fallthrough: split(alone) }, u1],
    ["a prerequisite fails", { prerequisites: [{ flag: "off", variants: ["on"] }], fallthrough: split(alone) }, u1],
    [
      "one of two prerequisites fails",
      {
        prerequisites: [
          { flag: "plain", variants: ["on"] },
          { flag: "off", variants: ["on"] },
        ],
        fallthrough: split(alone),
      },
      u1,
    ],
    ["a rule before it decides", { rules: [rule("a", { variant: "on" })], fallthrough: split(alone) }, u1],
    ["a rollout before it takes the context in", { rules: [rule("a", split(alone)), own] }, u1],
    ["its own rule does not hold", { rules: [rule("release-r1", split(few), pro)], fallthrough: split(alone) }, u1],
    ["its own rule has no rollout", { rules: [rule("release-r1", { variant: "on" })], fallthrough: split(alone) }, u1],
    ["the fallthrough has no rollout", { fallthrough: { variant: "on" } }, u1],
    ["there is no key", { fallthrough: split([[100_000, "on"]]) }, { targetingKey: true }],
    ["the key is empty", { fallthrough: split([[100_000, "on"]]) }, { targetingKey: "" }],
    ["there is no context", { fallthrough: split(alone) }, null],
    ["the flag is disabled", { enabled: false, fallthrough: split(alone) }, u1],
    [
      "the flag leads into a cycle",
      { prerequisites: [{ flag: "f", variants: ["on"] }], fallthrough: split(alone) },
      u1,
    ],
    ["the flag cannot be read", { off: "none", fallthrough: split(alone) }, u1],
    [
      "the context cannot be read",
      { fallthrough: split(alone) },
      {
        get targetingKey() {
          throw new Error("no");
        },
      },
    ],
  ])("tells nothing where %s", (_what, given, context) => {
    expect(places(flagOf(given), context)).toBe(undefined);
  });

  it("tells nothing of a flag that is not there", () => {
    expect(places(flagOf({ fallthrough: split(alone) }), u1, "none")).toBe(undefined);
  });

  it("agrees with what is served", () => {
    const owned = fc.tuple(anyRuleset, fc.nat(3)).map(([ruleset, at]) => {
      const flags = Object.entries(ruleset.flags).map(([key, flag]) => {
        const rules: readonly Flag["rules"][number][] = Object(flag).rules;
        const named = rules.map((each, position) =>
          position === at ? { ...each, id: "release-r1" } : { ...each, id: `${position}` },
        );
        return [key, { ...Object(flag), rules: named }] as const;
      });
      return { ...ruleset, flags: Object.fromEntries(flags) };
    });
    fc.assert(
      fc.property(owned, anyContext, (ruleset, context) => {
        const compiled = compileRuleset(readRuleset(ruleset));
        for (const key of flagKeys) {
          const found = placeIn(compiled, { flag: key, release: "r1" }, context, 7);
          const { reason, variant, ruleId } = evaluate(compiled, key, context, false, 7);
          const rules: readonly { readonly id: string }[] = Object(ruleset.flags[key]).rules ?? [];
          const own = rules.some(({ id }) => id === "release-r1") ? "release-r1" : undefined;
          const served = reason === "SPLIT" && ruleId === own;
          if (found !== undefined && found.side !== "") expect([served, variant]).toEqual([true, found.side]);
          if (found?.side === "") expect(served).toBe(false);
        }
      }),
      { numRuns: runs(300) },
    );
  });
});
