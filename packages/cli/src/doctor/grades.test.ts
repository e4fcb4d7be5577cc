import { describe, expect, it } from "vitest";
import { gradeCaller } from "./caller.ts";
import { gradeStreams } from "./grade-streams.ts";
import { gradeScope } from "./key.ts";
import { gradeClock, gradeReadiness, gradeVersion } from "./server.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");

it.each([
  ["ready", "ok"],
  ["degraded", "warn"],
  ["starting", "fail"],
  ["draining", "fail"],
] as const)("a server that is %s is %s", (status, grade) => {
  expect(gradeReadiness(status)).toMatchObject({ grade, says: expect.stringMatching(/\w/) });
});

it.each([
  ["1.2.3", "1.2.3", "ok"],
  ["1.2.3", "1.2.9", "ok"],
  ["1.2.3", "1.3.0", "warn"],
  ["2.0.0", "1.2.3", "warn"],
  [undefined, "1.2.3", "warn"],
])("a server of version %s and a program of version %s: %s", (theirs, ours, grade) => {
  expect(gradeVersion(theirs, ours)).toMatchObject({ grade });
});

it.each([
  ["Sun, 22 Nov 2026 12:00:00 GMT", "ok", /agree/],
  ["Sun, 22 Nov 2026 11:59:56 GMT", "ok", /agree/],
  ["Sun, 22 Nov 2026 12:01:00 GMT", "warn", /61 s ahead of/],
  ["Sun, 22 Nov 2026 11:00:00 GMT", "warn", /3600 s behind/],
  [null, "skipped", /does not tell/],
  ["soon", "skipped", /does not tell/],
])("a server's clock at %s is %s", (date, grade, says) => {
  expect(gradeClock(date, NOW)).toMatchObject({ grade, says: expect.stringMatching(says) });
});

it.each([
  [undefined, "ok"],
  ["2027-01-01T00:00:00Z", "ok"],
  ["2026-11-25T00:00:00Z", "warn"],
])("a token that ends at %s is %s", (expiresAt, grade) => {
  const who = { type: "token", id: "t", name: "ci", role: "editor", ...(expiresAt && { expiresAt }) } as const;
  expect(gradeCaller(who, NOW)).toMatchObject({ grade, says: expect.stringContaining("ci, editor of everything") });
});

it.each([
  [{ project: "default" }, "ok"],
  [{ project: "default", environment: "production" }, "ok"],
  [{ project: "default", environment: "staging" }, "warn"],
  [{ project: "shop" }, "warn"],
])("a key of default/production, where the settings name %j, is %s", (settings, grade) => {
  const opened = { project: "default", environment: "production", revision: 3, flags: { a: {} } };
  expect(gradeScope(opened, "a server key", settings)).toMatchObject({
    grade,
    says: "a server key opens default/production: 1 flag, revision 3",
  });
});

describe("the ways in", () => {
  const open = { heard: true, ms: 5 } as const;
  const shut = { heard: false, says: "it is shut", todo: "open it" } as const;
  it.each([
    [open, open, ["ok", "ok"]],
    [open, shut, ["ok", "warn"]],
    [shut, open, ["warn", "ok"]],
    [shut, shut, ["fail", "fail"]],
    [open, undefined, ["ok", "skipped"]],
    [shut, undefined, ["fail", "skipped"]],
  ] as const)("%j and %j are %j", (websocket, sse, grades) => {
    expect(gradeStreams(websocket, sse).map(({ grade }) => grade)).toEqual(grades);
  });
});
