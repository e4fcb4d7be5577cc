import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { testsByNumber } from "./numbered-tests.ts";
import { read } from "./source-files.ts";

/** What has a row in the first table of a page, and the test files that each row names. */
function rowsOf(page: string, letter: string): ReadonlyMap<string, readonly string[]> {
  const table = read(page).split("\n## ")[0] ?? "";
  const lines = table.split("\n").filter((line) => new RegExp(`^\\| ${letter}\\d+ \\|`).test(line));
  return new Map(
    lines.map((line) => {
      const links = [...line.matchAll(/\]\(([^)]+\.test\.ts)\)/g)].map(([, link = ""]) => join(dirname(page), link));
      return [line.split("|")[1]?.trim() ?? "", links];
    }),
  );
}

describe.each([
  { name: "the fault matrix", page: "docs/explanation/fault-matrix.md", letter: "F", atLeast: 50 },
  { name: "the advisories", page: "docs/explanation/advisories.md", letter: "A", atLeast: 25 },
])("$name", ({ page, letter, atLeast }) => {
  const claimed = rowsOf(page, letter);
  const found = testsByNumber(letter);

  it("names a test for each row, and each of them carries the row's number", () => {
    expect(claimed.size).toBeGreaterThanOrEqual(atLeast);
    const empty = [...claimed].filter(([, files]) => files.length === 0).map(([number]) => number);
    const missing = [...claimed].flatMap(([number, files]) =>
      files.filter((file) => found.get(number)?.has(file) !== true).map((file) => `${file} has no test of ${number}`),
    );
    expect([...empty, ...missing]).toEqual([]);
  });

  it("has a row for each number that a test speaks of", () => {
    expect([...found.keys()].filter((number) => !claimed.has(number))).toEqual([]);
  });
});
