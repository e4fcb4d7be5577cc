import { describe, expect, it } from "vitest";
import { Problems } from "../check/inspection.ts";
import { compileTest, passesAlone } from "../compile/attribute-test.ts";
import type { JsonValue } from "../model.ts";
import { passes as passesByOracle, understands } from "../testing/oracle-operators.ts";
import { operators } from "./index.ts";

interface Family {
  readonly ops: readonly string[];
  /** What an attribute is compared with. */
  readonly bounds: readonly JsonValue[];
  /** Each is asked for as it stands, and with every one of its characters left out, replaced or preceded by another. */
  readonly texts: readonly string[];
  readonly characters: string;
  /** Asked for without changes. */
  readonly asTheyStand?: readonly string[];
}

const months = Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(2, "0"));

const families: { readonly [name: string]: Family } = {
  time: {
    ops: ["before", "after"],
    bounds: ["2024-06-15T12:00:00Z", "0001-01-01T00:00:00Z", "2024-03-01T00:00:00.012+05:30", 0, 951_782_400_000],
    texts: [
      "2024-02-29T12:34:56.789Z",
      "2024-06-15T12:00:00+00:01",
      "2024-06-15T12:00:00-01:30",
      "2024-06-15T12:00:00-23:59",
      "1970-01-01t00:00:00z",
      "2024-02-29T18:30:00.01+00:00",
      "1900-02-28T23:59:59.0119999+23:59",
    ],
    asTheyStand: ["28", "29", "30", "31", "32"].flatMap((day) =>
      months.map((month) => `2023-${month}-${day}T00:00:00Z`),
    ),
    characters: "0269-+:.TZ/;",
  },
  semver: {
    ops: ["semverEqual", "semverLessThan", "semverAtMost", "semverGreaterThan", "semverAtLeast"],
    bounds: ["1.2.3", "1.2.3-1.a.10", "0", "1.2.3-1a", "1.2.3-1.a", "10.20", "1.2.3-a1"],
    texts: [
      "1.2.3",
      "1.2.3-1.a.10",
      "1.2.3-1.a.9",
      "1.2.3-1.a.10.0",
      "1.2-a1+b.02",
      "2",
      "1.2.3-a",
      "1.2.3-1a",
      "1.2.3-12",
    ],
    characters: "0129.-+aZ v\n",
  },
  network: {
    ops: ["inCidr"],
    bounds: [
      "10.0.0.0/8",
      "10.1.2.3",
      "10.1.4.0/22",
      "0.0.0.0/0",
      "::/0",
      "2001:db8::/33",
      "2001:db8::1",
      "::ffff:10.1.0.0/112",
      "::ffff:0:0/95",
      "1:2:3:4:5:6:7:8/127",
      "2001:db8:0:10::/60",
    ],
    texts: [
      "10.1.2.3",
      "10.1.7.255",
      "255.255.255.255",
      "::ffff:10.1.2.3",
      "0:0:0:0:0:ffff:a01:203",
      "1:0:0:0:0:ffff:a01:203",
      "2001:db8::1",
      "2001:db8:0:1f::",
      "1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:1.2.3.4",
      "1:2:3:4:5:6:7:1.2.3.4",
      "1::1.2.3.4",
      "1.2.3.4::1",
      "::",
      "1::8",
      "::2:3:4:5:6:7:8",
      "10.0.0.0/8",
      "::ffff:10.0.0.0/96",
      "::ffff:10.0.0.0/100",
      "2001:db8::/128",
      "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
      "/8",
    ],
    characters: "029.:ag/",
  },
  order: {
    ops: ["lessThan", "atMost", "greaterThan", "atLeast"],
    bounds: [-1, 0, 0.5, 5, Number.MAX_VALUE],
    texts: ["5"],
    characters: "0-",
  },
  text: {
    ops: ["in", "contains", "startsWith", "endsWith", "matches"],
    bounds: ["pro", "Pro", "", "o$", "(?:p|x)r", "[", "İ"],
    texts: ["pro", "PRO", "apropos", "i\u0307"],
    characters: "pPrRoO",
  },
};

function neighbours(text: string, characters: string): readonly string[] {
  const positions = Array.from({ length: text.length + 1 }, (_, at) => at);
  const changed = positions.flatMap((at) => {
    const [before, after, rest] = [text.slice(0, at), text.slice(at), text.slice(at + 1)];
    return [before + rest, ...[...characters].flatMap((one) => [before + one + rest, before + one + after])];
  });
  return [text, ...changed];
}

const others: readonly unknown[] = [
  -1,
  0,
  0.5,
  5,
  1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  null,
  undefined,
  {},
];

interface Question {
  readonly op: string;
  readonly values: readonly JsonValue[];
  readonly ignoreCase: boolean;
}

/** What the operator and the oracle disagree on. */
function disagreements({ op, values, ignoreCase }: Question, actuals: Iterable<unknown>): readonly unknown[] {
  const problems = new Problems();
  const compiled = compileTest({ attribute: "a", op, values, ignoreCase }, problems);
  const usable = problems.findings.length === 0;
  if (usable !== understands(op, values)) return [values];
  if (!usable) return [];
  const question = { op, values, ignoreCase };
  return [...actuals].filter((actual) => passesAlone(compiled, actual) !== passesByOracle(actual, question));
}

describe.each(Object.entries(families))("the operators of %s agree with the oracle", (name, family) => {
  const near = new Set([
    ...(family.asTheyStand ?? []),
    ...family.texts.flatMap((text) => neighbours(text, family.characters)),
  ]);

  it.each(family.ops)("for %s, on every attribute that is nearly of the right form", (op) => {
    const actuals = [...near, ...others];
    for (const values of [...family.bounds.map((bound) => [bound]), family.bounds.slice(0, 3), []]) {
      for (const ignoreCase of name === "text" ? [false, true] : [false]) {
        expect(disagreements({ op, values, ignoreCase }, actuals)).toEqual([]);
      }
    }
  });

  it.each(family.ops)("for %s, on which values can be used, and what they mean", (op) => {
    for (const value of near) {
      expect(disagreements({ op, values: [value], ignoreCase: false }, [...family.bounds, value])).toEqual([]);
    }
  });
});

describe("in", () => {
  it("finds one of many as it finds one of few", () => {
    for (const count of [0, 1, 7, 8, 9, 20]) {
      const values = Array.from({ length: count }, (_, at) => (at % 2 === 0 ? at : `Key-${at}`));
      const actuals = [...values, -0, 100, "0", "KEY-1", "key-1", "Key-2", Number.NaN, true, null, undefined];
      for (const ignoreCase of [false, true])
        expect(disagreements({ op: "in", values, ignoreCase }, actuals)).toEqual([]);
    }
  });
});

describe("what cannot be used", () => {
  const long = "x".repeat(81);

  it.each<[string, JsonValue, string]>([
    ["in", null, "null is not a string, number or boolean. Give a string, number or boolean."],
    ["in", ["a"], "a list is not a string, number or boolean. Give a string, number or boolean."],
    ["in", { a: 1 }, "an object is not a string, number or boolean. Give a string, number or boolean."],
    ["contains", 7, "7 is not a string. Give a string."],
    ["lessThan", "1", '"1" is not a finite number. Give a finite number.'],
    ["lessThan", true, "true is not a finite number. Give a finite number."],
    ["lessThan", long, `"${long.slice(1)}…" is not a finite number. Give a finite number.`],
    ["lessThan", long.slice(1), `"${long.slice(1)}" is not a finite number. Give a finite number.`],
    [
      "matches",
      "(",
      '"(" is not a regular expression that JavaScript accepts with its u flag. Give a regular expression that JavaScript accepts with its u flag.',
    ],
    [
      "before",
      "noon",
      '"noon" is not an RFC 3339 instant (such as 2026-01-31T09:00:00Z) or epoch milliseconds. Give an RFC 3339 instant (such as 2026-01-31T09:00:00Z) or epoch milliseconds.',
    ],
    [
      "semverEqual",
      "v1",
      '"v1" is not a semantic version (such as 2.1.0 or 2.1.0-rc.1, without a leading v). Give a semantic version (such as 2.1.0 or 2.1.0-rc.1, without a leading v).',
    ],
    [
      "inCidr",
      "here",
      '"here" is not an IPv4 or IPv6 address or range (such as 10.0.0.0/8 or 2001:db8::/32). Give an IPv4 or IPv6 address or range (such as 10.0.0.0/8 or 2001:db8::/32).',
    ],
  ])("%s %j is told as a sentence that shows it, and says what to give", (op, value, message) => {
    expect(operators.get(op)?.prepare([value], false)).toEqual({ unusable: [{ index: 0, message }] });
  });

  it("is told of each value, and only of those", () => {
    const prepared = operators.get("lessThan")?.prepare([1, "2", 3, "4"], false);
    expect(prepared).toMatchObject({ unusable: [{ index: 1 }, { index: 3 }] });
  });
});

describe("the table of operators", () => {
  it("says of each whether it takes values, and whether a list is asked for each of its elements", () => {
    for (const [op, { sees, takesValues }] of operators) {
      expect([sees, takesValues]).toEqual(op === "exists" ? ["attribute", false] : ["element", true]);
    }
  });
});
