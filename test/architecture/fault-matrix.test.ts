import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { testsByFault } from "./fault-numbers.ts";
import { read } from "./source-files.ts";

const page = "docs/explanation/fault-matrix.md";

/** The faults with a row in the first table, and the test files that each names. */
function rows(): ReadonlyMap<string, readonly string[]> {
  const table = read(page).split("\n## ")[0] ?? "";
  const lines = table.split("\n").filter((line) => /^\| F\d+ \|/.test(line));
  return new Map(
    lines.map((line) => {
      const links = [...line.matchAll(/\]\(([^)]+\.test\.ts)\)/g)].map(([, link = ""]) => join(dirname(page), link));
      return [line.split("|")[1]?.trim() ?? "", links];
    }),
  );
}

describe("the fault matrix", () => {
  const claimed = rows();
  const found = testsByFault();

  it("names a test for each fault, and each of them carries the fault's number", () => {
    expect(claimed.size).toBeGreaterThan(40);
    const empty = [...claimed].filter(([, files]) => files.length === 0).map(([fault]) => fault);
    const missing = [...claimed].flatMap(([fault, files]) =>
      files.filter((file) => found.get(fault)?.has(file) !== true).map((file) => `${file} has no test of ${fault}`),
    );
    expect([...empty, ...missing]).toEqual([]);
  });

  it("has a row for each fault that a test speaks of", () => {
    expect([...found.keys()].filter((fault) => !claimed.has(fault))).toEqual([]);
  });
});
