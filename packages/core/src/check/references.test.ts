import { aFlag, aSegment } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import type { Condition, Flag, Segment } from "../model.ts";
import { checkReferences } from "./references.ts";

function check(
  flags: { readonly [key: string]: Partial<Flag> },
  segments: { readonly [key: string]: Partial<Segment> } = {},
) {
  return checkReferences({
    flags: new Map(Object.entries(flags).map(([key, flag]) => [key, aFlag(flag)])),
    segments: new Map(Object.entries(segments).map(([key, segment]) => [key, aSegment(segment)])),
  });
}

const rule = (when: Condition) => ({ rules: [{ id: "r", when, serve: { variant: "on" } }] });
const needs = (...keys: string[]) => ({ prerequisites: keys.map((flag) => ({ flag, variants: ["on"] })) });

describe("checkReferences", () => {
  it("finds nothing where all is there and nothing goes round", () => {
    const shared = rule({ all: [{ segment: "s" }, { not: { flag: "b", variants: ["off"] } }] });
    expect(check({ a: { ...needs("b"), ...shared }, b: {} }, { s: { when: { segment: "t" } }, t: {} })).toEqual([]);
  });

  it.each<[string, Partial<Flag>, string, string]>([
    ["a flag", needs("b", "none"), "prerequisites[1].flag", 'There is no flag "none".'],
    ["a flag by the name of an object's field", needs("b", "toString"), "prerequisites[1].flag", "toString"],
    [
      "a variant",
      { prerequisites: [{ flag: "b", variants: ["on", "x"] }] },
      "prerequisites[0].variants[1]",
      "Name one of on, off.",
    ],
    [
      "a segment in a condition",
      rule({ all: [{ any: [] }, { not: { segment: "none" } }] }),
      "rules[0].when.all[1].not.segment",
      "none",
    ],
    ["a flag in a condition", rule({ any: [{ flag: "none", variants: [] }] }), "rules[0].when.any[0].flag", "none"],
  ])("finds that %s is missing", (_what, flag, path, said) => {
    const [finding, ...others] = check({ a: flag, b: {} });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: "flag", key: "a", path });
    expect(finding?.message).toContain(said);
  });

  it("finds what is missing from a segment", () => {
    expect(check({}, { s: { when: { any: [{ segment: "none" }] } } })).toMatchObject([
      { kind: "segment", key: "s", path: "when.any[0].segment" },
    ]);
  });

  it.each<[string, ReturnType<typeof check>, string]>([
    ["itself", check({ a: needs("a") }), "flag a → flag a"],
    ["each other", check({ a: needs("b"), b: needs("a") }), "flag a → flag b → flag a"],
    [
      "each other through segments of the same names",
      check({ a: rule({ segment: "a" }) }, { a: { when: { flag: "a", variants: [] } } }),
      "flag a → segment a → flag a",
    ],
    [
      "segments in a circle",
      check({}, { s: { when: { not: { segment: "t" } } }, t: { when: { segment: "s" } } }),
      "segment s → segment t → segment s",
    ],
    ["a circle off the way", check({ a: needs("b"), b: needs("c"), c: needs("b") }), "flag b → flag c → flag b"],
  ])("names the way round: %s", (_what, findings, way) => {
    expect(findings.map(({ message }) => message)).toEqual([
      `References may not go round in a circle: ${way}. Remove one of them.`,
    ]);
  });

  it("takes a long chain and a fan for what they are", () => {
    const length = 20_000;
    const flags = Object.fromEntries(
      Array.from({ length }, (_, at) => [`f${at}`, at + 1 < length ? needs(`f${at + 1}`, `f${length - 1}`) : {}]),
    );
    expect(check(flags)).toEqual([]);
    expect(check({ ...flags, [`f${length - 1}`]: needs("f0") })).toHaveLength(1);
  });
});
