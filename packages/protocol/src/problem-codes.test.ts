import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { problemCodes } from "./problem-codes.ts";

const page = readFileSync(new URL("../../../docs/reference/problems.md", import.meta.url), "utf8");
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")), section.slice(section.indexOf("\n")).trim()]),
);

describe("the registry of problem codes and its page", () => {
  it("hold the same codes", () => {
    expect([...sections.keys()].sort()).toEqual(Object.keys(problemCodes).sort());
  });

  it.each(Object.entries(problemCodes))("agree on %s, and say more of it than its title", (code, { status, title }) => {
    const section = sections.get(code) ?? "";
    const heading = `**${status}: ${title}.** `;
    expect(section.slice(0, heading.length)).toBe(heading);
    expect(section.length).toBeGreaterThan(heading.length + 40);
  });

  it("use statuses of failures alone", () => {
    for (const { status } of Object.values(problemCodes)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
    }
  });
});
