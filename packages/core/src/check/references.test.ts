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
    const shared = rule({
      all: [{ segment: "s" }, { not: { flag: "b", variants: ["off"] } }, { attribute: "plan", op: "exists" }],
    });
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

  it("fails over no condition, however deep it is", () => {
    let when: Condition = { segment: "none" };
    for (let at = 0; at < 100_000; at++) when = { not: when };
    expect(check({ a: rule(when) })).toEqual([]);
  });

  it("finds what is missing from a segment", () => {
    expect(check({}, { s: { when: { any: [{ segment: "none" }] } } })).toMatchObject([
      { kind: "segment", key: "s", path: "when.any[0].segment" },
    ]);
  });

  it.each<[string, () => ReturnType<typeof check>, string]>([
    ["itself", () => check({ a: needs("a") }), "flag a → flag a"],
    ["each other", () => check({ a: needs("b"), b: needs("a") }), "flag a → flag b → flag a"],
    [
      "each other through segments of the same names",
      () => check({ a: rule({ segment: "a" }) }, { a: { when: { flag: "a", variants: [] } } }),
      "flag a → segment a → flag a",
    ],
    [
      "segments in a circle",
      () => check({}, { s: { when: { not: { segment: "t" } } }, t: { when: { segment: "s" } } }),
      "segment s → segment t → segment s",
    ],
    ["a circle off the way", () => check({ a: needs("b"), b: needs("c"), c: needs("b") }), "flag b → flag c → flag b"],
  ])("names the way round: %s", (_what, found, way) => {
    expect(found().map(({ message }) => message)).toEqual([
      `References may not go round in a circle: ${way}. Remove one of them.`,
    ]);
  });

  it("takes a fan for what it is, however wide", () => {
    const length = 20_000;
    const leaves = Array.from({ length }, (_, at) => `f${at}`);
    const flags = Object.fromEntries(leaves.map((key) => [key, {}]));
    expect(check({ ...flags, root: needs(...leaves) })).toEqual([]);
    expect(check({ ...flags, root: needs(...leaves), f7: needs("root") })).toHaveLength(1);
  });

  const chain = (references: number) =>
    Object.fromEntries(
      Array.from({ length: references + 1 }, (_, at) => [`f${at}`, at < references ? needs(`f${at + 1}`) : {}]),
    );

  it("takes chains of 100 references, in whatever order and by however many ways", () => {
    const flags = chain(100);
    expect(check(flags)).toEqual([]);
    expect(check(Object.fromEntries(Object.entries(flags).reverse()))).toEqual([]);
    const both = Object.fromEntries(
      Object.keys(flags).map((key, at) => [key, at < 99 ? needs(`f${at + 1}`, `f${at + 2}`) : {}]),
    );
    expect(check(both)).toEqual([]);
  });

  it.each([101, 102, 20_000])(
    "finds where a chain of %i references passes the limit, and there alone",
    (references) => {
      const found = (names: readonly string[]) => [
        {
          kind: "flag",
          key: names[0],
          path: "",
          limit: true,
          message: `References lead from one to the next 101 times here (flag ${names[0]} → flag ${names[1]} → flag ${names[2]} → … → flag ${names[3]}), and the limit is 100. Refer to what stands further along instead.`,
        },
      ];
      const flags = chain(references);
      const names = [101, 100, 99, 0].map((left) => `f${references - left}`);
      expect(check(flags)).toEqual(found(names));
      expect(check(Object.fromEntries(Object.entries(flags).reverse()))).toEqual(found(names));
    },
  );

  it("counts prerequisites, conditions and segments of one chain alike, and the longest of several ways", () => {
    const segments = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [
        `s${at}`,
        { when: at < 49 ? { segment: `s${at + 1}` } : { flag: "f0", variants: ["on"] } },
      ]),
    );
    const flags = chain(50);
    expect(check({ ...flags, top: rule({ any: [{ segment: "s49" }, { segment: "s1" }] }) }, segments)).toEqual([]);
    for (const any of [
      [{ segment: "s49" }, { segment: "s0" }],
      [{ segment: "s0" }, { segment: "s49" }],
    ]) {
      const [finding, ...more] = check({ ...flags, top: rule({ any }) }, segments);
      expect(more).toEqual([]);
      expect(finding).toMatchObject({ kind: "flag", key: "top", limit: true });
      expect(finding?.message).toContain("(flag top → segment s0 → segment s1 → … → flag f50)");
    }
  });

  it("finds both a circle and a long chain, which leads into it", () => {
    const findings = check({ ...chain(120), f120: needs("round"), round: needs("round") });
    expect(findings.map(({ key, limit }) => [key, limit])).toEqual([
      ["round", undefined],
      ["f20", true],
    ]);
  });
});
