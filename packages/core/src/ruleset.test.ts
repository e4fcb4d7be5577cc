import { describe, expect, it } from "vitest";
import { RulesetError, readRuleset, toDocument } from "./ruleset.ts";

const whole = { epoch: "e", revision: 7, project: "default", environment: "production", flags: {}, segments: {} };

describe("readRuleset", () => {
  it("keeps documents as they came, whatever they are and whatever they are called", () => {
    const source = JSON.parse(
      `{"epoch":"e","revision":7,"project":"p","environment":"x","later":1,
        "flags":{"__proto__":{"version":1},"constructor":null,"a":[]},"segments":{"toString":7}}`,
    );
    const ruleset = readRuleset(source);
    expect([...ruleset.flags.keys()]).toEqual(["__proto__", "constructor", "a"]);
    expect(ruleset.flags.get("toString")).toBe(undefined);
    const { later: _, ...known } = source;
    expect(JSON.stringify(toDocument(ruleset))).toBe(JSON.stringify(known));
  });

  it.each([
    ["null", null, "it has"],
    ["a list", [], "a list"],
    ["text", "<html>", '"<html>"'],
    ["no epoch", { ...whole, epoch: undefined }, "epoch"],
    ["a revision that is text", { ...whole, revision: "7" }, "revision"],
    ["a negative revision", { ...whole, revision: -1 }, "-1"],
    ["a fractional revision", { ...whole, revision: 1.5 }, "1.5"],
    ["no project", { ...whole, project: 1 }, "project"],
    ["no environment", { ...whole, environment: null }, "environment"],
    ["a list of flags", { ...whole, flags: [] }, "flags"],
    ["no segments", { ...whole, segments: undefined }, "segments"],
  ])("refuses %s, and says so", (_what, source, named) => {
    expect(() => readRuleset(source)).toThrow(RulesetError);
    expect(() => readRuleset(source)).toThrow(named);
  });
});
