import { describe, expect, it } from "vitest";
import { logLine } from "./log-line.ts";

describe("a line of the log", () => {
  it.each([
    [
      '{"level":"warn","time":"2026-11-22T00:14:03.512Z","path":"/x","ms":12,"msg":"slow request"}\n',
      '00:14:03 warn  slow request  path="/x" ms=12\n',
    ],
    ['{"msg":"bare"}\n', "      bare\n"],
    ["no JSON\n", "no JSON\n"],
    ['{"level":"info","msg":"\\u001b[2J"}\n', "info  \\u001b[2J\n"],
  ])("is read by people: %j", (json, text) => {
    expect(logLine(json)).toBe(text);
  });
});
