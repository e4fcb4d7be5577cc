import { aFlag, anyContext, anyRuleset, aRuleset, aSegment, hostileContext } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf } from "../bucket.ts";
import { compileRuleset } from "../compile/ruleset.ts";
import type { Condition, RulesetDocument } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { runs } from "../testing/runs.ts";
import { evaluate } from "./evaluate.ts";
import { explain } from "./explain.ts";

const compile = (source: RulesetDocument) => compileRuleset(readRuleset(source));
const rule = (id: string, when: Condition) => ({ id, when, serve: { variant: "on" } });
const pro: Condition = { attribute: "organization.plan", op: "in", values: ["pro"] };

describe("explain", () => {
  it("tells every step up to the one that decided", () => {
    const flags = {
      f: aFlag({
        prerequisites: [{ flag: "p", variants: ["on"] }],
        targets: [{ variant: "off", keys: ["u9"] }],
        rules: [
          rule("staff", { segment: "staff" }),
          { ...rule("pro", { all: [pro, { not: { flag: "p", variants: ["off"] } }] }), name: "Pro users" },
        ],
      }),
      p: aFlag(),
    };
    const segments = { staff: aSegment({ included: ["u1"], when: { attribute: "email", op: "exists" } }) };
    const context = { targetingKey: "u2", organization: { plan: "pro" } };
    expect(explain(compile(aRuleset({ flags, segments })), "f", context, 0)).toEqual({
      flag: "f",
      revision: 1,
      value: true,
      variant: "on",
      reason: "TARGETING_MATCH",
      ruleId: "pro",
      steps: [
        { step: "enabled", enabled: true, decided: false },
        { step: "prerequisite", flag: "p", variants: ["on"], served: "on", met: true, decided: false },
        { step: "targets", key: "u2", decided: false },
        {
          step: "rule",
          ruleId: "staff",
          matched: false,
          when: { kind: "segment", segment: "staff", holds: false },
          decided: false,
        },
        {
          step: "rule",
          ruleId: "pro",
          name: "Pro users",
          matched: true,
          when: {
            kind: "all",
            holds: true,
            parts: [
              { kind: "test", holds: true, attribute: "organization.plan", op: "in", values: ["pro"], actual: "pro" },
              {
                kind: "not",
                holds: true,
                part: { kind: "flag", holds: false, flag: "p", variants: ["off"], served: "on" },
              },
            ],
          },
          serve: { variant: "on" },
          decided: true,
        },
      ],
      flags: [
        {
          flag: "p",
          value: true,
          variant: "on",
          reason: "STATIC",
          steps: [
            { step: "enabled", enabled: true, decided: false },
            { step: "fallthrough", serve: { variant: "on" }, decided: true },
          ],
        },
      ],
      segments: [
        {
          segment: "staff",
          member: false,
          by: "targetingKey",
          key: "u2",
          decidedBy: "when",
          when: { kind: "test", holds: false, attribute: "email", op: "exists", values: [] },
        },
      ],
    });
  });

  it("tells the bucket and its range, for those who are left out too", () => {
    const bucket = bucketOf("u1", 1);
    const allocation = [
      [bucket, "on"],
      [bucket + 1, null],
      [100_000, "off"],
    ] as const;
    const flag = aFlag({
      rules: [{ id: "r", when: { all: [] }, serve: { rollout: { allocation } } }],
      fallthrough: { rollout: { allocation } },
    });
    const { steps, reason, variant } = explain(
      compile(aRuleset({ flags: { f: flag } })),
      "f",
      { targetingKey: "u1" },
      0,
    );
    const rollout = {
      bucketBy: "targetingKey",
      seed: 1,
      key: "u1",
      bucket,
      range: [bucket, bucket + 1],
      variant: null,
    };
    expect([variant, reason]).toEqual(["off", "DEFAULT"]);
    expect(steps.slice(1)).toMatchObject([
      { step: "rule", matched: true, serve: { rollout }, decided: false },
      { step: "fallthrough", serve: { rollout }, decided: true },
    ]);
  });

  it("keeps the values of private attributes to itself", () => {
    const flags = {
      f: aFlag({
        targets: [{ variant: "on", keys: ["x"] }],
        rules: [rule("r", { all: [{ segment: "s" }, { attribute: "email", op: "in", values: ["a"] }] })],
        fallthrough: { rollout: { allocation: [[50_000, "on"]], bucketBy: "email" } },
      }),
    };
    const segments = { s: aSegment({ by: "email", included: ["z"] }) };
    const context = { targetingKey: "secret-key", email: "secret@example.com" };
    const told = explain(compile(aRuleset({ flags, segments })), "f", context, 0, { redact: () => true });
    expect(JSON.stringify(told)).not.toContain("secret");
    expect(JSON.stringify(told).match(/"redacted":true/g)).toHaveLength(4);
    const open = explain(compile(aRuleset({ flags, segments })), "f", context, 0, {
      redact: (name) => name === "email",
    });
    expect(JSON.stringify(open)).toContain("secret-key");
    expect(JSON.stringify(open)).not.toContain("secret@");
  });

  it("says what was not understood, and that the rule did not match for it", () => {
    const when = { any: [{ all: [] }, { attribute: "plan", op: "soundsLike", values: ["pro"] }] };
    const { steps } = explain(compile(aRuleset({ flags: { f: aFlag({ rules: [rule("r", when)] }) } })), "f", {}, 0);
    expect(steps[1]).toMatchObject({ matched: false, problems: [{ path: "rules[0].when.any[1].op" }] });
  });

  it.each([
    ["none", "FLAG_NOT_FOUND"],
    ["malformed", "PARSE_ERROR"],
    ["circular", "GENERAL"],
  ])("tells in one step why %s serves no variant", (key, errorCode) => {
    const flags = { malformed: {}, circular: aFlag({ prerequisites: [{ flag: "circular", variants: [] }] }) };
    const told = explain(compile(aRuleset({ flags })), key, {}, 0);
    expect(told).toMatchObject({ flag: key, reason: "ERROR", errorCode, steps: [{ step: "error", decided: true }] });
    expect(told).not.toHaveProperty("value");
    expect(explain(undefined, key, {}, 0)).toMatchObject({ errorCode: "PROVIDER_NOT_READY", revision: 0 });
  });

  it("tells a flag that is disabled by its switch", () => {
    const { steps } = explain(compile(aRuleset({ flags: { f: aFlag({ enabled: false }) } })), "f", {}, 0);
    expect(steps).toEqual([{ step: "enabled", enabled: false, decided: true }]);
  });

  it("shows what has no JSON form by its type, and long values shortened", () => {
    const show = (value: unknown) => {
      const flag = aFlag({ rules: [rule("r", { attribute: "a", op: "exists" })] });
      const [, step] = explain(compile(aRuleset({ flags: { f: flag } })), "f", { a: value }, 0).steps;
      return step?.step === "rule" && step.when.kind === "test" ? step.when.actual : undefined;
    };
    expect([1n, Symbol("s"), {}, [1, [2], {}], Number.NaN].map(show)).toEqual([
      "<bigint>",
      "<symbol>",
      "<object>",
      [1, "<list>", "<object>"],
      "NaN",
    ]);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(show(proxy)).toBe("<unreadable>");
    expect(show("x".repeat(5_000))).toHaveLength(1_025);
    expect(show(Array(5_000).fill(0))).toHaveLength(100);
  });

  it("stays small where references double at every level", () => {
    const flags = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => {
        const variants = { flag: `f${at - 1}`, variants: ["on"] };
        return [
          `f${at}`,
          aFlag(at === 0 ? {} : { rules: [rule("r", { all: [variants, { not: { not: variants } }] })] }),
        ];
      }),
    );
    expect(JSON.stringify(explain(compile(aRuleset({ flags })), "f29", {}, 0)).length).toBeLessThan(30_000);
  });

  it("agrees with evaluate, has one deciding step, the last, and is plain JSON, whatever it explains", () => {
    fc.assert(
      fc.property(
        anyRuleset,
        fc.oneof(
          { weight: 3, arbitrary: anyContext.map((context) => () => context) },
          { weight: 1, arbitrary: hostileContext },
        ),
        (source, makeContext) => {
          const context = makeContext();
          const compiled = compile(source);
          for (const key of Object.keys(source.flags)) {
            const told = explain(compiled, key, context, 7);
            const { steps, flags, segments, flag, ...answer } = told;
            const { value, ...result } = evaluate(compiled, key, context, false, 7);
            expect(answer).toEqual("errorCode" in result ? result : { ...result, value });
            expect(steps.map(({ decided }) => decided)).toEqual(steps.map((_, at) => at === steps.length - 1));
            if (!("errorCode" in result)) expect(steps.at(-1)?.step).not.toBe("error");
            expect(JSON.parse(JSON.stringify(told))).toEqual(told);
            expect(flag).toBe(key);
            expect(
              new Set(flags.map((each) => each.flag)).size + new Set(segments.map(({ segment }) => segment)).size,
            ).toBe(flags.length + segments.length);
          }
        },
      ),
      { numRuns: runs(300) },
    );
  });
});
