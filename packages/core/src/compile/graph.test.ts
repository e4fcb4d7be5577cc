import { aFlag, aRuleset, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate/evaluate.ts";
import { explain } from "../evaluate/explain.ts";
import type { Flag, Ruleset } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { affectedNames } from "./affected.ts";
import { compileRuleset } from "./ruleset.ts";

type Documents = { readonly [key: string]: unknown };

const read = (flags: Documents, segments: Documents = {}) => readRuleset(aRuleset({ flags, segments }));
const asks = (when: unknown): unknown => ({
  ...aFlag(),
  rules: [{ id: "r", when, serve: { variant: "on" } } as Flag["rules"][number]],
});
const clock = { attribute: "$now", op: "exists" };
const plain = { attribute: "plan", op: "exists" };

describe("whether a flag's answer depends on the clock", () => {
  const segments = {
    timely: aSegment({ when: clock }),
    nested: aSegment({ when: { not: { segment: "timely" } } }),
    calm: aSegment({ when: plain }),
    both: aSegment({ when: { any: [{ segment: "calm" }, { segment: "timely" }] } }),
    round: aSegment({ when: { all: [clock, { segment: "round" }] } }),
    unreadable: { ...aSegment({ when: clock }), included: 7 },
  };
  const flags: Documents = {
    itself: asks({ any: [plain, { not: clock }] }),
    plain: asks(plain),
    nothing: aFlag(),
    viaSegment: asks({ segment: "timely" }),
    viaNested: asks({ segment: "nested" }),
    viaCalm: asks({ segment: "calm" }),
    viaBoth: asks({ segment: "both" }),
    viaNone: asks({ segment: "none" }),
    viaNoneAndSegment: asks({ any: [{ segment: "timely" }, { segment: "none" }] }),
    viaNoneAndFlag: asks({
      any: [
        { flag: "itself", variants: [] },
        { flag: "none", variants: [] },
      ],
    }),
    viaFlag: asks({ flag: "itself", variants: [] }),
    viaPlainFlag: asks({ flag: "plain", variants: [] }),
    viaDisabled: asks({ flag: "disabled", variants: [] }),
    viaPrerequisite: aFlag({ prerequisites: [{ flag: "viaNested", variants: ["on"] }] }),
    disabled: { ...Object(asks(clock)), enabled: false },
    circular: asks({ all: [clock, { flag: "circular", variants: [] }] }),
    viaRound: asks({ segment: "round" }),
    viaUnreadable: asks({ segment: "unreadable" }),
    malformed: { ...Object(asks(clock)), seed: -1 },
  };

  it("is told through segments and other flags, and not where it decides nothing", () => {
    const compiled = compileRuleset(read(flags, segments));
    const users = Object.keys(flags).filter((key) => compiled.flag(key)?.usesClock);
    expect(users).toEqual([
      "itself",
      "viaSegment",
      "viaNested",
      "viaBoth",
      "viaNoneAndSegment",
      "viaNoneAndFlag",
      "viaFlag",
      "viaPrerequisite",
    ]);
  });

  it("is told alike of each flag that is asked for first", () => {
    for (const key of Object.keys(flags)) {
      const first = compileRuleset(read(flags, segments)).flag(key)?.usesClock;
      const all = compileRuleset(read(flags, segments));
      for (const other of Object.keys(flags)) all.flag(other)?.decide({}, 0);
      expect([key, all.flag(key)?.usesClock]).toEqual([key, first]);
    }
  });
});

describe("a chain of references", () => {
  const kinds: readonly (readonly [string, (next: string) => unknown])[] = [
    ["prerequisites", (flag) => ({ ...aFlag(), prerequisites: [{ flag, variants: ["on"] }] })],
    ["conditions", (flag) => asks({ all: [{ not: { not: { flag, variants: ["on"] } } }] })],
  ];
  const flagsOf = (length: number, link: (next: string) => unknown): Documents =>
    Object.fromEntries(
      Array.from({ length: length + 1 }, (_, at) => [`f${at}`, at < length ? link(`f${at + 1}`) : aFlag()]),
    );
  const inSegments = (length: number) =>
    read(
      { f0: asks({ segment: "s1" }) },
      Object.fromEntries(
        Array.from({ length }, (_, at) => [
          `s${at + 1}`,
          aSegment({ when: at + 1 < length ? { segment: `s${at + 2}` } : { all: [] } }),
        ]),
      ),
    );
  const answers = (ruleset: Ruleset, key: string) => {
    const compiled = compileRuleset(ruleset);
    const together: unknown[] = [];
    compiled.decideAll({}, 0, (flag, { value }) => flag.key === key && together.push(value));
    const explained = explain(compileRuleset(ruleset), key, {}, 0);
    const { variant, errorCode, errorMessage } = evaluate(compileRuleset(ruleset), key, {}, false, 0);
    expect([explained.variant, explained.errorCode, explained.errorMessage]).toEqual([
      variant,
      errorCode,
      errorMessage,
    ]);
    expect(together).toEqual([variant === undefined ? null : variant === "on"]);
    return variant ?? `${errorCode} ${errorMessage}`;
  };
  const refused =
    "GENERAL Flag f0: The references of this flag lead from one to the next more than 1000 times. Refer to what stands further along instead.";

  it.each(kinds)("is followed 1,000 times, and answers alike however it is asked: %s", (_, link) => {
    expect(answers(read(flagsOf(1_000, link)), "f0")).toBe("on");
    for (const length of [1_001, 10_000]) expect(answers(read(flagsOf(length, link)), "f0")).toBe(refused);
    expect(answers(read(flagsOf(10_000, link)), "f9000")).toBe("on");
  });

  it("is as long where its end, which asks for the clock, was asked before", () => {
    const flags = flagsOf(1_001, (flag) => ({ ...aFlag(), prerequisites: [{ flag, variants: ["on"] }] }));
    const compiled = compileRuleset(read({ ...flags, f1001: asks(clock) }));
    const answer = (key: string) => compiled.flag(key)?.decide({}, 0);
    expect(answer("f1001")).toMatchObject({ variant: "on" });
    expect(answer("f0")).toMatchObject({ errorCode: "GENERAL" });
    expect(answer("f1")).toMatchObject({ variant: "on" });
  });

  it("is followed so through segments", () => {
    expect(answers(inSegments(1_000), "f0")).toBe("on");
    for (const length of [1_001, 10_000]) expect(answers(inSegments(length), "f0")).toBe(refused);
  });

  it("ends at a disabled flag, which refers to nothing where it answers", () => {
    const flags = flagsOf(1_500, (flag) => ({ ...aFlag(), prerequisites: [{ flag, variants: ["off"] }] }));
    const disabled = { ...Object(flags.f1000), enabled: false };
    expect(answers(read({ ...flags, f1000: disabled }), "f999")).toBe("on");
    expect(answers(read({ ...flags, f1000: disabled }), "f0")).toBe("off");
  });

  it("tells what is too long for it among the problems", () => {
    const found = compileRuleset(inSegments(1_001)).problems();
    expect(found).toEqual([{ flag: "f0", path: "", message: expect.stringContaining("more than 1000 times") }]);
    expect(compileRuleset(inSegments(1_000)).problems()).toEqual([]);
  });
});

describe("affectedNames", () => {
  const segments = {
    near: aSegment({ included: ["l1"] }),
    far: aSegment({ included: { list: "l1", count: 1 } }),
    farOut: aSegment({ excluded: { list: "l1", count: 1 } }),
    other: aSegment({ included: { list: "l2", count: 1 } }),
    outer: aSegment({ when: { segment: "far" } }),
    odd: { ...aSegment(), included: { list: 7 }, excluded: null },
    nothing: null,
    text: "l1",
  };
  const flags = { f: asks({ segment: "outer" }), g: asks({ segment: "other" }), h: asks({ segment: "near" }), i: null };

  it("tells what reaches a list that changed, and nothing else", () => {
    const ruleset = read(flags, segments);
    const { flags: keys, segments: names } = affectedNames(ruleset, ruleset, (id) => id === "l1");
    expect([...keys]).toEqual(["f"]);
    expect([...names].sort()).toEqual(["far", "farOut", "outer"]);
  });

  it("tells of nothing where nothing changed, and asks about lists by their names alone", () => {
    const ruleset = read(flags, segments);
    const asked: string[] = [];
    const affected = affectedNames(ruleset, ruleset, (id) => {
      asked.push(id);
      return false;
    });
    expect([...affected.flags, ...affected.segments]).toEqual([]);
    expect(asked).toEqual(["l1", "l1", "l2"]);
    const without = affectedNames(ruleset, ruleset);
    expect([...without.flags, ...without.segments]).toEqual([]);
  });

  it("tells who referred to what came, went or changed, however often it is asked", () => {
    const before = read({ f: asks({ flag: "g", variants: [] }), g: aFlag() }, {});
    const after = read({ f: asks({ flag: "g", variants: [] }), g: aFlag({ enabled: false }) }, { s: aSegment() });
    for (let round = 0; round < 2; round++) {
      const { flags: keys, segments: names } = affectedNames(before, after);
      expect([[...keys].sort(), [...names]]).toEqual([["f", "g"], ["s"]]);
    }
    expect([...affectedNames(after, read({}, {})).flags].sort()).toEqual(["f", "g"]);
  });
});

describe("a segment that cannot be read", () => {
  it("is told by the first thing that is wrong with it", () => {
    const flags = { f: asks({ segment: "s" }) };
    const problems = compileRuleset(read(flags, { s: { included: 7, excluded: 8 } })).problems();
    expect(problems.map(({ message }) => message)).toEqual([
      "Segment s decides nothing: it cannot be read. included: Found 7. Give a list of strings instead.",
    ]);
  });
});
