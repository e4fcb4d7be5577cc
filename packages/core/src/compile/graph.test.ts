import { aFlag, aRuleset, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import type { Flag } from "../model.ts";
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
