import { aFlag, anyFlag, anySegment, aSegment } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Read, readFlag } from "./check/flag.ts";
import { readSegment } from "./check/segment.ts";
import { referencesOf } from "./references.ts";
import { runs } from "./testing/runs.ts";

const rule = (when: unknown) => ({ id: "r", when, serve: { variant: "on" } });
const told = (source: unknown) => {
  const { flags, segments, clock } = referencesOf(source);
  return { flags: [...flags].sort(), segments: [...segments].sort(), clock };
};
const none = { flags: [], segments: [], clock: false };

describe("referencesOf", () => {
  it("finds flags, segments and the clock wherever a flag refers to them", () => {
    const when = {
      all: [{ segment: "s1" }, { any: [{ not: { segment: "s2" } }, { flag: "f2", variants: [] }] }],
    };
    const flag = {
      ...aFlag({ prerequisites: [{ flag: "f1", variants: ["on"] }] }),
      rules: [rule({ any: [] }), rule(when)],
    };
    expect(told(flag)).toEqual({ flags: ["f1", "f2"], segments: ["s1", "s2"], clock: false });
    const clocked = { ...flag, rules: [rule({ not: { attribute: "$now", op: "exists" } })] };
    expect(told(clocked)).toEqual({ flags: ["f1"], segments: [], clock: true });
  });

  it("finds what a segment's condition refers to", () => {
    expect(told(aSegment({ when: { segment: "inner" } }))).toEqual({ ...none, segments: ["inner"] });
    expect(told(aSegment({ when: { attribute: "$now", op: "after", values: [7] } }))).toEqual({ ...none, clock: true });
  });

  it("finds one of each kind alone", () => {
    expect(told(aFlag({ prerequisites: [{ flag: "f1", variants: [] }] }))).toEqual({ ...none, flags: ["f1"] });
    expect(told({ ...aFlag(), rules: [rule({ segment: "s1" })] })).toEqual({ ...none, segments: ["s1"] });
    const two = rule({ all: [{ segment: "s1" }, { flag: "f1", variants: [] }] });
    expect(told({ ...aFlag(), rules: [two] })).toEqual({ ...none, flags: ["f1"], segments: ["s1"] });
  });

  it("finds nothing where there is nothing", () => {
    const plain = rule({ attribute: "plan", op: "in", values: ["pro"] });
    expect(told({ ...aFlag(), rules: [plain] })).toEqual(none);
    expect(told(aSegment())).toEqual(none);
  });

  it.each([
    null,
    7,
    "flag",
    [],
    {},
    { when: 7, rules: 7, prerequisites: 7 },
    { rules: [null, 7, { when: null }], prerequisites: [null, 7, {}] },
    { when: { flag: 7, segment: null, not: null, all: 7, any: { segment: "s" }, attribute: ["$now"] } },
  ])("sees nothing in %j, and does not fail over it", (source) => {
    expect(told(source)).toEqual(none);
  });

  it("sees what it can in a document that cannot be read", () => {
    const source = {
      rules: [7, { when: { all: [7, { segment: "s1" }], any: [{ flag: "f1" }], not: { flag: "f2" } } }],
    };
    expect(told(source)).toEqual({ ...none, flags: ["f1", "f2"], segments: ["s1"] });
  });
});

describe("Reading a document", () => {
  const noted = <T>(read: Read<T>) => ("references" in read ? read.references : read.findings);

  it("takes note of the references that are found in it", () => {
    fc.assert(
      fc.property(anyFlag, anySegment, (flag, segment) => {
        expect(noted(readFlag(flag))).toEqual(referencesOf(flag));
        expect(noted(readSegment(segment))).toEqual(referencesOf(segment));
      }),
      { numRuns: runs(200) },
    );
  });
});
