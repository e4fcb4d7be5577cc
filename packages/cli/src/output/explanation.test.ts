import { stripVTControlCharacters } from "node:util";
import { compileRuleset, explain, readRuleset } from "@bannerol/core";
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { explanationText } from "./explanation.ts";

const NOON = Date.UTC(2026, 0, 31, 12);
const plain = picocolors.createColors(false);
const coloured = picocolors.createColors(true);

const boolean = {
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
  fallthrough: { variant: "off" },
};
const rule = (id: string, when: unknown, serve: unknown = { variant: "on" }) => ({ id, when, serve });
const split = (upTo: number, more: object = {}) => ({ rollout: { allocation: [[upTo, "on"]], ...more } });
const segment = (more: object) => ({ version: 1, included: [], excluded: [], when: null, ...more });
const test = (attribute: string, op: string, ...values: unknown[]) => ({ attribute, op, values });

const flags = {
  checkout: {
    ...boolean,
    prerequisites: [{ flag: "payments-v2", variants: ["on"] }],
    targets: [{ variant: "on", keys: ["u1"] }],
    rules: [
      { ...rule("staff", { segment: "staff" }), name: "Staff first" },
      rule(
        "pro-users",
        {
          all: [
            test("plan", "in", "pro", "team"),
            { not: { flag: "legacy-ui", variants: ["on"] } },
            { any: [test("age", "atLeast", 18), { attribute: "country", op: "exists" }] },
            test("$now", "after", "2026-01-01T00:00:00Z"),
          ],
        },
        split(25_000, { bucketBy: "organization.id" }),
      ),
    ],
    fallthrough: {
      rollout: {
        allocation: [
          [5_000, "on"],
          [100_000, "off"],
        ],
      },
    },
  },
  "payments-v2": { ...boolean, fallthrough: { variant: "on" } },
  "legacy-ui": boolean,
  disabled: { ...boolean, enabled: false },
  waiting: { ...boolean, prerequisites: [{ flag: "disabled", variants: ["on"] }] },
  orphan: { ...boolean, prerequisites: [{ flag: "nowhere", variants: ["on", "off"] }] },
  malformed: { ...boolean, off: "nope" },
  round: { ...boolean, prerequisites: [{ flag: "round", variants: ["on"] }] },
  newer: { ...boolean, rules: [rule("moon", { any: [test("phase", "soundsLike", "full"), { all: [] }] })] },
  left: { ...boolean, rules: [rule("half", { all: [] }, split(1))], fallthrough: split(0) },
  whole: { ...boolean, fallthrough: split(100_000) },
  empties: { ...boolean, rules: [rule("never", { not: { any: [{ any: [] }, { all: [] }] } })] },
};
const segments = {
  staff: segment({
    included: ["u7"],
    when: { any: [test("email", "endsWith", "@example.com"), { segment: "nobody" }] },
  }),
  nobody: segment({ by: "organization.id", excluded: ["o1"] }),
};
const ruleset = compileRuleset(
  readRuleset({ epoch: "e", revision: 12, project: "default", environment: "production", flags, segments }),
);

const text = (flag: string, context: unknown, redact?: (attribute: string) => boolean) =>
  explanationText(explain(ruleset, flag, context, NOON, redact === undefined ? {} : { redact }), plain);

const ann = { targetingKey: "u9", plan: "Pro", age: "19", email: "ann@example.org", organization: { id: "o1" } };

describe("an explanation", () => {
  it.each<[string, string, unknown]>([
    ["everybody else", "checkout", ann],
    ["a rule that matches", "checkout", { ...ann, plan: "pro", age: 19, organization: { id: "o3" } }],
    ["a segment", "checkout", { ...ann, email: "ann@example.com" }],
    ["a listed key", "checkout", { targetingKey: "u1" }],
    ["nobody in particular", "checkout", {}],
    ["a disabled flag", "disabled", ann],
    ["a prerequisite that fails", "waiting", ann],
    ["a prerequisite that is not there", "orphan", ann],
    ["a flag that cannot be read", "malformed", ann],
    ["a circle", "round", ann],
    ["a flag that is not there", "nowhere", ann],
    ["what is not understood", "newer", ann],
    ["who is left out", "left", ann],
    ["who has no key", "left", {}],
    ["a rollout to everybody, without a key", "whole", {}],
    ["conditions that always or never hold", "empties", ann],
  ])("of %s", (_what, flag, context) => {
    expect(`\n${text(flag, context)}\n`).toMatchSnapshot();
  });

  it("hides what is redacted, and says that it does", () => {
    const shown = text("checkout", ann, (attribute) => attribute !== "plan");
    expect(shown).not.toMatch(/ann@|u9|o1|"19"/);
    expect(shown).toContain("(hidden)");
    expect(`\n${shown}\n`).toMatchSnapshot();
  });

  it("marks the one line that decided, in bold where there is colour", () => {
    const shown = explanationText(explain(ruleset, "checkout", ann, NOON), coloured);
    const marked = shown.split("\n").filter((line) => line.includes("→"));
    expect(marked).toEqual([
      coloured.bold(coloured.cyan("→")) +
        " " +
        coloured.green("✓") +
        " " +
        coloured.bold("everybody else: the rollout serves off"),
    ]);
    expect(stripVTControlCharacters(shown)).toBe(text("checkout", ann));
  });

  it.each(Object.keys(flags))("of %s fits a terminal of 80 columns, and no line ends in spaces", (flag) => {
    for (const line of text(flag, ann).split("\n")) {
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line).toBe(line.trimEnd());
    }
  });

  it("lets nothing from a context into the terminal as it is", () => {
    const shown = text("checkout", { plan: "\u001b[2J\u202e" });
    expect([shown.includes("\u001b"), shown.includes("\u202e")]).toEqual([false, false]);
  });
});
