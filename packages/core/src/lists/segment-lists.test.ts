import { aFlag, aRuleset, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { checkSegment, readSegment } from "../check/segment.ts";
import { compileRuleset, type KeyLists } from "../compile/ruleset.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { explain } from "../evaluate/explain.ts";
import type { Condition, Segment } from "../model.ts";
import { readRuleset } from "../ruleset.ts";
import { listOf } from "./testing/lists.ts";

const rule = (when: Condition) => ({ id: "r", when, serve: { variant: "on" } });
const longList = { list: "l1", count: 2 };

function rulesetOf(segment: Partial<Segment>, when: Condition = { segment: "s" }) {
  const f = aFlag({ rules: [rule(when)], fallthrough: { variant: "off" } });
  return readRuleset(aRuleset({ flags: { f, other: aFlag() }, segments: { s: aSegment(segment) } }));
}

function served(segment: Partial<Segment>, targetingKey: unknown, lists?: KeyLists, when?: Condition): boolean {
  return evaluate(compileRuleset(rulesetOf(segment, when), undefined, lists), "f", { targetingKey }, false, 0).value;
}

const ofList = (): KeyLists => new Map([["l1", listOf(["u1", "7"])]]);

describe("a segment whose keys are a list", () => {
  it.each<[string, Partial<Segment>, unknown, boolean]>([
    ["a member is in", { included: longList }, "u1", true],
    ["an integer is in by its decimal form", { included: longList }, 7, true],
    ["a stranger is not", { included: longList }, "u2", false],
    ["nobody without a key is", { included: longList }, undefined, false],
    ["a member of the excluded is out", { included: ["u1"], excluded: longList }, "u1", false],
    ["a stranger to the excluded is in", { included: ["u2"], excluded: longList }, "u2", true],
    ["the condition decides for the rest", { excluded: longList, when: { all: [] } }, "u2", true],
  ])("%s", (_what, segment, key, member) => {
    expect(served(segment, key, ofList())).toBe(member);
  });

  it.each<[string, Condition]>([
    ["itself", { segment: "s" }],
    ["its opposite", { not: { segment: "s" } }],
    ["it or anything", { any: [{ all: [] }, { segment: "s" }] }],
  ])("opens nothing while its list is not there: %s", (_what, when) => {
    for (const segment of [
      { included: longList },
      { excluded: longList, when: { all: [] } },
      { included: ["u1"], excluded: longList },
    ]) {
      expect(served(segment, "u1", undefined, when)).toBe(false);
      expect(served(segment, "u1", new Map(), when)).toBe(false);
    }
  });

  it("says which list is not there", () => {
    expect(compileRuleset(rulesetOf({ included: longList })).problems()).toEqual([
      {
        flag: "f",
        path: "rules[0].when.segment",
        message: 'Segment s decides nothing: included: The list "l1" of 2 keys is not there. Get it from the server.',
      },
    ]);
  });

  it("is decided anew when its list comes, changes or goes, and no other flag is compiled again", () => {
    const ruleset = rulesetOf({ included: longList });
    const ask = (compiled: ReturnType<typeof compileRuleset>) =>
      ["u1", "u2"].map((targetingKey) => compiled.flag("f")?.decide({ targetingKey }, 0).variant);
    const without = compileRuleset(ruleset);
    const other = without.flag("other");
    expect(ask(without)).toEqual(["off", "off"]);
    const lists = ofList();
    const withList = compileRuleset(ruleset, without, lists);
    expect(ask(withList)).toEqual(["on", "off"]);
    const changed = compileRuleset(ruleset, withList, new Map([["l1", listOf(["u2"], 2)]]));
    expect(ask(changed)).toEqual(["off", "on"]);
    expect(ask(compileRuleset(ruleset, changed))).toEqual(["off", "off"]);
    expect(other).toBeDefined();
    expect(changed.flag("other")).toBe(other);
    expect(compileRuleset(ruleset, withList, new Map(lists)).flag("f")).toBe(withList.flag("f"));
  });

  it("is explained by the list's size", () => {
    const explained = (segment: Partial<Segment>) =>
      explain(compileRuleset(rulesetOf(segment), undefined, ofList()), "f", { targetingKey: "u1" }, 0).segments;
    const list = { id: "l1", size: 2 };
    expect(explained({ included: longList })).toMatchObject([{ member: true, decidedBy: "included", list }]);
    expect(explained({ excluded: longList })).toMatchObject([{ member: false, decidedBy: "excluded", list }]);
    expect(explained({ included: ["u1"] })[0]).not.toHaveProperty("list");
  });

  it.each<[string, unknown]>([
    ["no id", { count: 2 }],
    ["no count", { list: "l1" }],
    ["an id that is no text", { list: 1, count: 2 }],
    ["a negative count", { list: "l1", count: -1 }],
    ["null", null],
  ])("cannot be read where the list has %s", (_what, included) => {
    expect(readSegment({ ...aSegment(), included })).toHaveProperty("findings");
  });

  it("is the server's own doing: nobody may write one", () => {
    const written = { key: "s", name: "", description: "", excluded: [], when: null };
    expect(checkSegment({ ...written, included: longList }).map(({ path }) => path)).toEqual(["included"]);
  });
});
