/** Operators, and for which values each holds: written down by hand from the model, none computed. */
import { type ConditionInput, MARCH, MARCH_MS, notUnderstood, test } from "./condition.ts";

const equality = [
  test(
    "in: equal, of the same type",
    { op: "in", values: ["pro", 3, true] },
    {
      holds: ["pro", 3, 3.0, true, ["x", "pro"], [3]],
      fails: ["Pro", "pro ", "3", 1, "true", false, null, {}, [], [["pro"]], ["x", null]],
    },
  ),
  test(
    "in: the empty string is a value, and nothing else is it",
    { op: "in", values: [""] },
    {
      holds: ["", [""]],
      fails: [0, false, null, [], " "],
    },
  ),
  test("in: no values, nobody", { op: "in", values: [] }, { holds: [], fails: ["", "a", 0, null] }),
  test(
    "in: zero and fractions",
    { op: "in", values: [0, 0.1] },
    { holds: [0, 0.1], fails: ["0", false, 0.10000001, ""] },
  ),
  test(
    "in, any case: lower-case forms",
    { op: "in", values: ["PRO", "ß", 3], ignoreCase: true },
    {
      holds: ["pro", "pRO", "ß", "ẞ", 3],
      fails: ["ss", "SS", "3", "prö"],
    },
  ),
  test(
    "in, any case: the whole string is lowered, so a sigma at its end is a final one",
    { op: "in", values: ["ΟΔΟΣ"], ignoreCase: true },
    {
      holds: ["οδος", "ΟΔΟΣ", "Οδος"],
      fails: ["οδοσ"],
    },
  ),
  test(
    "in, any case: no folding and no locale",
    { op: "in", values: ["İ"], ignoreCase: true },
    { holds: ["İ", "i̇"], fails: ["i", "I", "ı"] },
  ),
  test("in: no normalisation", { op: "in", values: ["é"] }, { holds: ["é"], fails: ["e\u0301"] }),
  test("exists", { op: "exists" }, { holds: ["", 0, false, [], [null], {}, "x"], fails: [null] }),
];

const text = [
  test(
    "contains",
    { op: "contains", values: ["ell", "z"] },
    { holds: ["hello", "ell", "jazz", ["x", "bell"]], fails: ["HELLO", "el l", 5, true, null, {}, []] },
  ),
  test(
    "contains: the empty string is in every string",
    { op: "contains", values: [""] },
    { holds: ["", "x"], fails: [7, null, []] },
  ),
  test(
    "startsWith",
    { op: "startsWith", values: ["ab"] },
    { holds: ["ab", "abc", ["x", "abx"]], fails: ["Ab", "xab", "a", 12] },
  ),
  test(
    "endsWith",
    { op: "endsWith", values: ["@example.com"] },
    { holds: ["u@example.com", ["@example.com"]], fails: ["u@example.com.", "u@Example.com", "example.com"] },
  ),
  test(
    "endsWith, any case",
    { op: "endsWith", values: ["@Example.COM"], ignoreCase: true },
    { holds: ["U@EXAMPLE.com"], fails: ["u@example.org"] },
  ),
  test(
    "startsWith, any case",
    { op: "startsWith", values: ["É"], ignoreCase: true },
    { holds: ["état", "ÉTAT"], fails: ["etat"] },
  ),
  test(
    "matches: anywhere in the text",
    { op: "matches", values: ["b+", "^z"] },
    { holds: ["abc", "b", "zed", ["x", "bb"]], fails: ["a", "az", "B", 5, ""] },
  ),
  test(
    "matches: a dot is a character, no line break",
    { op: "matches", values: ["^a.c$"] },
    { holds: ["abc", "a😀c"], fails: ["a\nc", "xabc", "ac"] },
  ),
  test(
    "matches, any case",
    { op: "matches", values: ["^été$"], ignoreCase: true },
    { holds: ["ÉTÉ", "été"], fails: ["ete"] },
  ),
  test(
    "matches: text of up to 1,024 UTF-16 units",
    { op: "matches", values: ["x$"] },
    { holds: ["x".repeat(1_024), `${"😀".repeat(511)}x`], fails: ["x".repeat(1_025), `${"😀".repeat(512)}x`] },
  ),
  notUnderstood("matches: a pattern that is none", { op: "matches", values: ["("] }, ["(", "x"]),
  notUnderstood("matches: one bad pattern suffices", { op: "matches", values: ["x", "[z-a]"] }, ["x"]),
  notUnderstood("contains: a number is no text", { op: "contains", values: ["a", 1] }, ["a", "1"]),
];

const order = [
  test(
    "lessThan",
    { op: "lessThan", values: [5] },
    { holds: [4.999, -1e308, 0, [9, 1]], fails: [5, 6, "4", true, null, [5], [["1"]]] },
  ),
  test("lessThan: any of the values", { op: "lessThan", values: [1, 10] }, { holds: [5, 0], fails: [10, 11] }),
  test("atMost", { op: "atMost", values: [5] }, { holds: [5, 4], fails: [5.001, "5"] }),
  test("greaterThan", { op: "greaterThan", values: [5] }, { holds: [5.001, 1e308], fails: [5, "6", false] }),
  test("atLeast", { op: "atLeast", values: [-0.5] }, { holds: [-0.5, 0, 1], fails: [-0.51, "0"] }),
  notUnderstood("lessThan: text is no number", { op: "lessThan", values: [9, "5"] }, [1, "1"]),
  notUnderstood("atLeast: a boolean is no number", { op: "atLeast", values: [true] }, [1, true]),
];

const time = [
  test(
    "before",
    { op: "before", values: [MARCH] },
    {
      holds: [
        "2024-02-29T23:59:59Z",
        "2024-02-29t23:59:59z",
        "2024-02-29T23:59:59.9999Z",
        "2024-03-01T00:59:59+01:00",
        "2024-02-29T00:00:00-23:59",
        MARCH_MS - 1,
        -1,
        0.5,
        ["x", 0],
      ],
      fails: [MARCH, MARCH_MS, "2024-03-01T01:00:00+01:00", "2024-02-29T23:59:59-00:01"],
    },
  ),
  test(
    "before: what is no instant",
    { op: "before", values: ["9999-12-31T23:59:59Z"] },
    {
      holds: ["2024-02-29T23:59:59Z", "2000-02-29T00:00:00Z"],
      fails: [
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2024-02-29T24:00:00Z",
        "2024-02-29T23:60:00Z",
        "2024-02-29T23:59:60Z",
        "2024-02-29",
        "2024-02-29T23:59Z",
        "2024-02-29 23:59:59Z",
        "2024-02-29T23:59:59",
        "2024-02-29T23:59:59+24:00",
        "2024-02-29T23:59:59+00:60",
        "2024-02-29T23:59:59+0100",
        "2024-02-29T23:59:59.Z",
        " 2024-02-29T23:59:59Z",
        "1709251199999",
        "",
        true,
      ],
    },
  ),
  test(
    "after: strictly, digits beyond milliseconds dropped",
    { op: "after", values: [MARCH_MS] },
    {
      holds: ["2024-03-01T00:00:00.001Z", MARCH_MS + 1, "2024-02-29T23:00:00-01:01"],
      fails: [MARCH, MARCH_MS, "2024-03-01T00:00:00.0009Z", "2024-03-01T00:00:00+00:01"],
    },
  ),
  notUnderstood("before: a day that the month does not have", { op: "before", values: ["2024-02-30T00:00:00Z"] }, [
    0,
    MARCH,
  ]),
  notUnderstood("after: no instant", { op: "after", values: [0, "yesterday"] }, [5, MARCH]),
];

const versions = [
  test(
    "semverEqual: missing parts are 0, build metadata is ignored",
    { op: "semverEqual", values: ["2.1"] },
    {
      holds: ["2.1.0", "2.1", "2.1.0+build.7", "2.1+x", ["1.0.0", "2.1.0"]],
      fails: [
        "2.1.0-rc.1",
        "v2.1.0",
        "V2.1.0",
        "2.1.1",
        "2",
        "2.1.0.0",
        "2.01.0",
        "2.1.",
        "2.1.0-",
        "2.1.0+",
        " 2.1.0",
        "",
        2.1,
      ],
    },
  ),
  test(
    "semverEqual: a missing minor before a pre-release",
    { op: "semverEqual", values: ["2-rc.1"] },
    { holds: ["2.0.0-rc.1", "2.0-rc.1+b"], fails: ["2.0.0", "2.0.0-rc.2", "2.0.0-RC.1"] },
  ),
  test(
    "semverLessThan: a pre-release comes before its release",
    { op: "semverLessThan", values: ["2.0.0"] },
    {
      holds: ["2.0.0-rc.1", "2-rc.1", "1.99999999999999999999.0", "1"],
      fails: ["2.0.0", "2.0.0+a", "2.0.1", "10.0.0", "1.a.0"],
    },
  ),
  test(
    "semverLessThan: the order of pre-releases",
    { op: "semverLessThan", values: ["1.0.0-beta.11"] },
    {
      holds: [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-1",
        "1.0.0-Zeta",
      ],
      fails: ["1.0.0-beta.11", "1.0.0-beta.11.0", "1.0.0-beta.a", "1.0.0-rc.1", "1.0.0", "1.0.0-beta.02"],
    },
  ),
  test(
    "semverAtMost",
    { op: "semverAtMost", values: ["1.2.3"] },
    { holds: ["1.2.3", "1.2.3+b", "1.2.3-a", "1.2"], fails: ["1.2.4", "1.3"] },
  ),
  test(
    "semverGreaterThan: numbers of any size",
    { op: "semverGreaterThan", values: ["99999999999999999999.0.0"] },
    {
      holds: ["100000000000000000000.0.0", "99999999999999999999.0.1"],
      fails: ["99999999999999999999.0.0", "99999999999999999998.9.9", "9"],
    },
  ),
  test(
    "semverAtLeast",
    { op: "semverAtLeast", values: ["3", "1.2.3"] },
    { holds: ["1.2.3", "1.10.0", "3.0.0-rc.1"], fails: ["1.2.3-rc.9", "1.2.2"] },
  ),
  notUnderstood("semverEqual: a leading v", { op: "semverEqual", values: ["v1.0.0"] }, ["v1.0.0", "1.0.0"]),
  notUnderstood("semverEqual: a leading zero in a pre-release", { op: "semverEqual", values: ["1.0.0-01"] }, [
    "1.0.0-01",
  ]),
  notUnderstood("semverAtLeast: a number", { op: "semverAtLeast", values: [1] }, ["2.0.0", 1]),
];

const network = [
  test(
    "inCidr",
    { op: "inCidr", values: ["10.0.0.0/8", "2001:db8::/32"] },
    {
      holds: [
        "10.255.0.1",
        "::ffff:10.1.2.3",
        "::FFFF:0a01:0203",
        "2001:db8::1",
        "2001:0DB8:0:0::7",
        ["1.1.1.1", "10.0.0.1"],
      ],
      fails: [
        "11.0.0.1",
        "10.0.0.256",
        "010.0.0.1",
        "10.0.0",
        "10.0.0.1/8",
        "2001:db9::",
        "2001:db8::1%eth0",
        "2001:db8:::1",
        ":2001:db8::",
        "",
        167772161,
      ],
    },
  ),
  test(
    "inCidr: host bits of a range are ignored",
    { op: "inCidr", values: ["10.1.2.3/8"] },
    { holds: ["10.200.0.1"], fails: ["11.1.2.3"] },
  ),
  test(
    "inCidr: a bare address is a range of one",
    { op: "inCidr", values: ["192.168.1.7", "::1"] },
    { holds: ["192.168.1.7", "::ffff:192.168.1.7", "0:0:0:0:0:0:0:1"], fails: ["192.168.1.8", "::2", "127.0.0.1"] },
  ),
  test(
    "inCidr: a mapped range is an IPv4 range",
    { op: "inCidr", values: ["::ffff:10.0.0.0/104"] },
    { holds: ["10.9.9.9", "::ffff:10.0.0.1"], fails: ["11.0.0.1", "::a09:909"] },
  ),
  test(
    "inCidr: IPv4 lies in no other IPv6 range",
    { op: "inCidr", values: ["::/0"] },
    { holds: ["::1", "2001:db8::1", "::1.2.3.4"], fails: ["10.0.0.1", "::ffff:10.0.0.1"] },
  ),
  test(
    "inCidr: all of IPv4",
    { op: "inCidr", values: ["0.0.0.0/0"] },
    { holds: ["1.2.3.4", "::ffff:1.2.3.4"], fails: ["::1", "::1.2.3.4"] },
  ),
  test(
    "inCidr: borders that lie in a byte",
    { op: "inCidr", values: ["192.168.4.0/22"] },
    { holds: ["192.168.4.0", "192.168.7.255"], fails: ["192.168.3.255", "192.168.8.0"] },
  ),
  notUnderstood("inCidr: a prefix that is too long", { op: "inCidr", values: ["10.0.0.0/33"] }, ["10.0.0.0"]),
  notUnderstood("inCidr: a prefix with a leading zero", { op: "inCidr", values: ["10.0.0.0/08"] }, ["10.0.0.0"]),
  notUnderstood("inCidr: a zone", { op: "inCidr", values: ["fe80::1%eth0"] }, ["fe80::1"]),
  notUnderstood("inCidr: one that is no range suffices", { op: "inCidr", values: ["10.0.0.0/8", "office"] }, [
    "10.0.0.1",
  ]),
];

const withIgnoreCase = [
  test(
    "matches: without ignoreCase, as written",
    { op: "matches", values: ["^A"], ignoreCase: false },
    {
      holds: ["Ab"],
      fails: ["ab"],
    },
  ),
  test(
    "contains, any case",
    { op: "contains", values: ["LL"], ignoreCase: true },
    { holds: ["hello", ["HELLO"]], fails: ["helo"] },
  ),
  test(
    "semverEqual: identifiers have a case, ignoreCase or not",
    { op: "semverEqual", values: ["1.0.0-RC.1"], ignoreCase: true },
    { holds: ["1.0.0-RC.1"], fails: ["1.0.0-rc.1"] },
  ),
  test(
    "lessThan: ignoreCase says nothing",
    { op: "lessThan", values: [5], ignoreCase: true },
    { holds: [4], fails: [5, "4"] },
  ),
];

const farDates = [
  test(
    "after: the first years and the last",
    { op: "after", values: ["0000-02-28T23:59:59.999Z"] },
    {
      holds: ["0000-02-29T00:00:00Z", "0099-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z", 0],
      fails: ["0000-02-28T23:59:59.9999Z", "0000-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "10000-01-01T00:00:00Z"],
    },
  ),
];

export const operators: readonly ConditionInput[] = [
  ...equality,
  ...text,
  ...order,
  ...time,
  ...versions,
  ...network,
  ...withIgnoreCase,
  ...farDates,
  notUnderstood("an operator that is not known", { op: "soundsLike", values: ["pro"] }, ["pro"]),
];
