import { describe, expect, it } from "vitest";
import { Problems } from "../check/inspection.ts";
import { compileTest, passesAlone } from "../compile/attribute-test.ts";
import type { JsonValue } from "../model.ts";
import { operators } from "./index.ts";

/** `[op, values, attribute value, passes, ignoreCase?]`: a case a row. */
type Case = [op: string, values: readonly JsonValue[], value: unknown, passes: boolean, ignoreCase?: boolean];

const equality: readonly Case[] = [
  ["in", ["pro", "team"], "team", true],
  ["in", ["pro", "team"], "Team", false],
  ["in", ["pro", "Team"], "tEAM", true, true],
  ["in", ["İ"], "i̇", true, true],
  ["in", [], "pro", false],
  ["in", [1], 1, true],
  ["in", [1], "1", false],
  ["in", ["1"], 1, false],
  ["in", [0], -0, true],
  ["in", [true], true, true],
  ["in", [true], "true", false],
  ["in", [true, 1], true, true, true],
  ["in", [1], Number.NaN, false],
  ["in", [1], 1n, false],
  ["in", [""], "", true],
  ["in", ["a"], null, false],
  ["in", ["a"], { a: 1 }, false],
  ["exists", [], "", true],
  ["exists", [], false, true],
  ["exists", [], 0, true],
  ["exists", [], [], true],
  ["exists", [], null, false],
  ["exists", [], undefined, false],
];

const text: readonly Case[] = [
  ["contains", ["ell"], "hello", true],
  ["contains", ["x", "ell"], "hello", true],
  ["contains", ["ELL"], "hello", false],
  ["contains", ["ELL"], "heLLo", true, true],
  ["contains", [""], "hello", true],
  ["contains", ["1"], 11, false],
  ["startsWith", ["he"], "hello", true],
  ["startsWith", ["lo"], "hello", false],
  ["startsWith", ["HE"], "hello", true, true],
  ["endsWith", ["@example.com"], "ann@example.com", true],
  ["endsWith", ["@example.com"], "ann@EXAMPLE.com", false],
  ["endsWith", ["@Example.com"], "ann@EXAMPLE.com", true, true],
  ["endsWith", ["o"], ["hello"], false],
  ["matches", ["l+"], "hello", true],
  ["matches", ["^l+$"], "hello", false],
  ["matches", ["x", "^h"], "hello", true],
  ["matches", ["HELLO"], "hello", false],
  ["matches", ["HELLO"], "hello", true, true],
  ["matches", ["^.$"], "💥", true],
  ["matches", ["a"], "a".repeat(1_024), true],
  ["matches", ["a"], "a".repeat(1_025), false],
  ["matches", ["1"], 1, false],
];

const order: readonly Case[] = [
  ["lessThan", [10], 9.5, true],
  ["lessThan", [10], 10, false],
  ["lessThan", [1, 10], 9, true],
  ["atMost", [10], 10, true],
  ["atMost", [10], 10.1, false],
  ["greaterThan", [10], 10, false],
  ["greaterThan", [10, 5], 6, true],
  ["atLeast", [10], 10, true],
  ["atLeast", [-1], -2, false],
  ["atLeast", [10], "11", false],
  ["atLeast", [10], Number.POSITIVE_INFINITY, false],
  ["lessThan", [10], Number.NEGATIVE_INFINITY, false],
  ["lessThan", [10], Number.NaN, false],
  ["lessThan", [], 1, false],
  ["atLeast", [], 1, false],
];

const noon = "2024-02-29T12:00:00Z";
const time: readonly Case[] = [
  ["before", [noon], "2024-02-29T11:59:59.999Z", true],
  ["before", [noon], noon, false],
  ["after", [noon], "2024-02-29T12:00:00.001Z", true],
  ["after", [noon], noon, false],
  ["before", [noon], Date.UTC(2024, 1, 29, 11), true],
  ["after", [Date.UTC(2024, 1, 29, 12)], "2024-02-29t14:00:01+02:00", true],
  ["after", [noon], "2024-02-29T12:00:00.0009z", false],
  ["after", [noon], "2024-02-29T12:00:00.0010000000001z", true],
  ["before", [noon], "2024-02-29T12:30:00+23:59", true],
  ["before", [noon], "2024-02-29T12:30:00+24:00", false],
  ["before", [noon], "2023-02-29T00:00:00Z", false],
  ["before", [noon], "1900-02-29T00:00:00Z", false],
  ["before", [noon], "2000-02-29T00:00:00Z", true],
  ["before", [noon], "2024-02-30T00:00:00Z", false],
  ["before", [noon], "2023-04-31T00:00:00Z", false],
  ["before", [noon], "2023-13-01T00:00:00Z", false],
  ["before", [noon], "2023-00-01T00:00:00Z", false],
  ["before", [noon], "2023-01-00T00:00:00Z", false],
  ["before", [noon], "2023-01-01T24:00:00Z", false],
  ["before", [noon], "2023-01-01T23:60:00Z", false],
  ["before", [noon], "2016-12-31T23:59:60Z", false],
  ["before", [noon], "2023-01-01 00:00:00Z", false],
  ["before", [noon], "2023-01-01T00:00:00", false],
  ["before", [noon], "2023-01-01T00:00Z", false],
  ["before", [noon], "2023-01-01T00:00:00.Z", false],
  ["before", [noon], "2023-01-01T00:00:00,5Z", false],
  ["before", [noon], "2023-01-01T00:00:00Z ", false],
  ["before", [noon], "2023-01-01T00:00:00+1:00", false],
  ["before", [noon], "2023-01-01T00:00:00+0100", false],
  ["before", [noon], "2023-01-01", false],
  ["before", [noon], "0000-01-01T00:00:00Z", true],
  ["before", ["0001-01-01T00:00:00Z"], "0000-12-31T23:59:59.999Z", true],
  ["before", ["0001-01-01T00:00:00Z"], "1950-01-01T00:00:00Z", false],
  ["before", [noon], Number.NaN, false],
  ["before", [noon], new Date(0), false],
  ["after", [], noon, false],
];

const semver: readonly Case[] = [
  ["semverEqual", ["2.1.0"], "2.1.0", true],
  ["semverEqual", ["2.1"], "2.1.0", true],
  ["semverEqual", ["2"], "2.0.0", true],
  ["semverEqual", ["2-rc.1"], "2.0.0-rc.1", true],
  ["semverEqual", ["2.1+build.5"], "2.1.0+other", true],
  ["semverEqual", ["2.1.0"], "v2.1.0", false],
  ["semverEqual", ["2.1.0"], "2.01.0", false],
  ["semverEqual", ["2.1.0"], "2.1.0.0", false],
  ["semverEqual", ["2.1.0"], " 2.1.0", false],
  ["semverEqual", ["2.1.0"], "2.1.0\n", false],
  ["semverEqual", ["2.1.0"], "2.1.0-", false],
  ["semverEqual", ["2.0.0"], 2, false],
  ["semverLessThan", ["1.0.0"], "1.0.0-alpha", true],
  ["semverLessThan", ["1.0.0-alpha.1"], "1.0.0-alpha", true],
  ["semverLessThan", ["1.0.0-alpha.beta"], "1.0.0-alpha.1", true],
  ["semverLessThan", ["1.0.0-beta"], "1.0.0-alpha.beta", true],
  ["semverLessThan", ["1.0.0-beta.2"], "1.0.0-beta", true],
  ["semverLessThan", ["1.0.0-beta.11"], "1.0.0-beta.2", true],
  ["semverLessThan", ["1.0.0-rc.1"], "1.0.0-beta.11", true],
  ["semverLessThan", ["1.0.0"], "1.0.0-rc.1", true],
  ["semverLessThan", ["1.0.0-a"], "1.0.0-Z", true],
  ["semverLessThan", ["1.0.0--"], "1.0.0-1", true],
  ["semverLessThan", ["2.10.0"], "2.9.9", true],
  ["semverLessThan", ["2.9.9"], "2.10.0", false],
  ["semverLessThan", ["1.0.9007199254740993"], "1.0.9007199254740992", true],
  ["semverLessThan", ["1.0.0-9007199254740993"], "1.0.0-9007199254740992", true],
  ["semverLessThan", ["1.0.0", "3.0.0"], "2.0.0", true],
  ["semverAtMost", ["1.0.0"], "1.0.0+later", true],
  ["semverAtMost", ["1.0.0"], "1.0.1", false],
  ["semverGreaterThan", ["1.9.0"], "1.10.0", true],
  ["semverGreaterThan", ["1.0.0"], "1.0.0", false],
  ["semverAtLeast", ["1.0.0"], "1.0.0", true],
  ["semverAtLeast", ["1.0.0"], "1.0.0-rc.1", false],
];

const network: readonly Case[] = [
  ["inCidr", ["10.0.0.0/8"], "10.255.0.1", true],
  ["inCidr", ["10.0.0.0/8"], "11.0.0.1", false],
  ["inCidr", ["10.9.8.7/8"], "10.1.1.1", true],
  ["inCidr", ["10.0.0.128/25"], "10.0.0.127", false],
  ["inCidr", ["10.0.0.128/25"], "10.0.0.128", true],
  ["inCidr", ["0.0.0.0/0"], "203.0.113.9", true],
  ["inCidr", ["203.0.113.9"], "203.0.113.9", true],
  ["inCidr", ["203.0.113.9"], "203.0.113.8", false],
  ["inCidr", ["10.0.0.0/8", "192.168.0.0/16"], "192.168.3.4", true],
  ["inCidr", ["10.0.0.0/8"], "10.0.0.01", false],
  ["inCidr", ["10.0.0.0/8"], "10.0.0", false],
  ["inCidr", ["10.0.0.0/8"], "10.0.0.256", false],
  ["inCidr", ["10.0.0.0/8"], " 10.0.0.1", false],
  ["inCidr", ["10.0.0.0/8"], "10.0.0.1/32", false],
  ["inCidr", ["10.0.0.0/8"], "0x0a.0.0.1", false],
  ["inCidr", ["10.0.0.0/8"], "::ffff:10.1.2.3", true],
  ["inCidr", ["10.0.0.0/8"], "::FFFF:a01:203", true],
  ["inCidr", ["::ffff:10.0.0.0/104"], "10.1.2.3", true],
  ["inCidr", ["::ffff:0:0/96"], "10.1.2.3", true],
  ["inCidr", ["::ffff:10.1.2.3"], "10.1.2.3", true],
  ["inCidr", ["::/0"], "10.1.2.3", false],
  ["inCidr", ["::/0"], "::ffff:10.1.2.3", false],
  ["inCidr", ["::ffff:0:0/95"], "10.1.2.3", false],
  ["inCidr", ["::/0"], "2001:db8::1", true],
  ["inCidr", ["0.0.0.0/0"], "2001:db8::1", false],
  ["inCidr", ["2001:db8::/32"], "2001:DB8:ffff::1", true],
  ["inCidr", ["2001:db8::/32"], "2001:db9::1", false],
  ["inCidr", ["2001:db8::/33"], "2001:db8:8000::1", false],
  ["inCidr", ["2001:db8::1"], "2001:0db8:0000:0000:0000:0000:0000:0001", true],
  ["inCidr", ["64:ff9b::/96"], "64:ff9b::192.0.2.1", true],
  ["inCidr", ["::/0"], "1:2:3:4:5:6:7:8", true],
  ["inCidr", ["::/0"], "1:2:3:4:5:6:7::", true],
  ["inCidr", ["::/0"], "::", true],
  ["inCidr", ["::/0"], "1:2:3:4:5:6:7:8::", false],
  ["inCidr", ["::/0"], "1:2:3:4::5:6:7:8", false],
  ["inCidr", ["::/0"], "1::2::3", false],
  ["inCidr", ["::/0"], "1:2:3:4:5:6:7", false],
  ["inCidr", ["::/0"], ":1:2:3:4:5:6:7", false],
  ["inCidr", ["::/0"], ":::", false],
  ["inCidr", ["::/0"], "12345::", false],
  ["inCidr", ["::/0"], "fe80::1%eth0", false],
  ["inCidr", ["::/0"], "::1.2.3.4:5", false],
  ["inCidr", ["::/0"], "", false],
  ["inCidr", ["10.0.0.0/8"], 167_772_161, false],
];

const families = { equality, text, order, time, semver, network };

for (const [family, cases] of Object.entries(families)) {
  describe(family, () => {
    it.each<Case>(cases)("%s %j of %o is %s", (op, values, value, passes, ignoreCase = false) => {
      const problems = new Problems();
      const compiled = compileTest({ attribute: "a", op, values, ignoreCase }, problems);
      expect(problems.findings).toEqual([]);
      expect(passesAlone(compiled, value)).toBe(passes);
    });
  });
}

const unusable: readonly (readonly [op: string, value: JsonValue])[] = [
  ["in", null],
  ["in", ["a"]],
  ["in", { a: 1 }],
  ["exists", "x"],
  ["exists", false],
  ["contains", 1],
  ["startsWith", true],
  ["endsWith", null],
  ["matches", "("],
  ["matches", "\\p{Nonsense}"],
  ["matches", "{"],
  ["matches", 7],
  ["lessThan", "10"],
  ["atLeast", true],
  ["before", "2024-02-30T00:00:00Z"],
  ["before", "yesterday"],
  ["after", true],
  ["semverEqual", "v1.0.0"],
  ["semverEqual", "1.0.0-01"],
  ["semverEqual", "1.x"],
  ["semverAtLeast", 1],
  ["inCidr", "10.0.0.0/33"],
  ["inCidr", "10.0.0.0/08"],
  ["inCidr", "10.0.0.0/"],
  ["inCidr", "10.0.0/8"],
  ["inCidr", "::/129"],
  ["inCidr", "fe80::1%eth0"],
  ["inCidr", "localhost"],
  ["inCidr", 10],
];

describe("a value that the operator cannot use", () => {
  it.each(unusable)("%s %j is told by its position", (op, value) => {
    const prepared = operators.get(op)?.prepare(op === "exists" ? [value] : [usableBy(op), value], false);
    const [problem] = prepared !== undefined && "unusable" in prepared ? prepared.unusable : [];
    expect(problem?.index).toBe(op === "exists" ? 0 : 1);
    expect(problem?.message).toMatch(/\.$/);
  });
});

function usableBy(op: string): JsonValue {
  if (op.startsWith("semver")) return "1.0.0";
  if (op === "inCidr") return "10.0.0.0/8";
  return op === "contains" || op === "startsWith" || op === "endsWith" || op === "matches" ? "a" : 1;
}

describe("the table of operators", () => {
  it("knows no operator by a name that objects have", () => {
    for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"])
      expect(operators.get(name)).toBe(undefined);
  });

  it("is total: no test throws or accepts what no operator is for", () => {
    const values = [Symbol("s"), 1n, () => 1, {}, Object.create(null), new Date(), /x/, undefined, null];
    for (const [op, operator] of operators) {
      const prepared = operator.prepare(operator.takesValues ? [usableBy(op)] : [], true);
      for (const value of values) {
        const passes = "test" in prepared && prepared.test(value);
        expect(passes).toBe(op === "exists" && value !== undefined && value !== null);
      }
    }
  });
});
