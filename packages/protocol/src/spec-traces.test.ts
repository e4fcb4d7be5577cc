/**
 * Holds the checklist of `SPEC.md` to the tests, both ways: an invariant's row names files whose tests say in their
 * titles that they prove it, and every test that says so is in the row. And its table of events to the client's types.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");
const spec = read("packages/protocol/SPEC.md");
const client = read("packages/client/src/connection/state.ts");

const section = (heading: string): string => spec.slice(spec.indexOf(`\n${heading}`) + 1).split(/\n#+ /)[0] ?? "";

/** A line for each cell, the head's first; a cell's code marks are left out. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

const rows = rowsOf(section("## 8. ")).filter(([number = ""]) => /^[IP]\d+$/.test(number));
const numbers = new Set(rows.map(([number]) => number));
/** As `I1 in path`. */
const promised = rows.flatMap(([number, , tests = ""]) =>
  [...tests.matchAll(/(?:packages|test)\/[\w/.-]+\.test\.ts/g)].map(([path]) => `${number} in ${path}`),
);
const folders = ["test", ...readdirSync(`${root}/packages`).map((name) => `packages/${name}/src`)];
const said = folders
  .filter((folder) => existsSync(`${root}/${folder}`))
  .flatMap(testsIn)
  .flatMap(numbersSaid);

function testsIn(folder: string): readonly string[] {
  const names = readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" });
  const tests = names.filter((name) => name.endsWith(".test.ts") && !import.meta.url.endsWith(name));
  return tests.map((name) => `${folder}/${name}`);
}

function numbersSaid(path: string): readonly { readonly number: string; readonly path: string }[] {
  const found = titlesOf(read(path)).flatMap((title) => [...title.matchAll(/\b[IP]\d{1,2}\b/g)]);
  return found.map(([number]) => ({ number, path }));
}

/** The texts of a test's file, among which its titles are. */
function titlesOf(source: string): readonly string[] {
  const code = source.replaceAll(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, "");
  return [...code.matchAll(/(["`])((?:\\.|(?!\1)[^\\\n])*)\1/g)].map(([, , text]) => text ?? "");
}

/** The names that the client's types give to `phase` or `type`. */
function namesIn(field: string, type: string): readonly string[] {
  const block = client.slice(client.indexOf(`interface ${type} {`)).split("\n}\n")[0] ?? "";
  return [...block.matchAll(new RegExp(`\\b${field}: "(\\w+)"`, "g"))].map(([, name]) => name ?? "");
}

describe("the checklist of SPEC.md", () => {
  it("names each invariant once, and for each the tests that prove it", () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(numbers.size).toBe(rows.length);
    const unproved = rows.filter(([number]) => !promised.some((each) => each.startsWith(`${number} in`)));
    expect(unproved.map(([number]) => number)).toEqual(["P3"]);
  });

  it("names no test that does not say so itself", () => {
    const titles = new Set(said.map(({ number, path }) => `${number} in ${path}`));
    expect(promised.filter((each) => !titles.has(each))).toEqual([]);
  });

  it("names every test that says so", () => {
    const listed = new Set(promised);
    const ours = said.filter(({ number }) => numbers.has(number)).map(({ number, path }) => `${number} in ${path}`);
    expect([...new Set(ours)].filter((each) => !listed.has(each))).toEqual([]);
  });

  it("has a row for every number that a test says, but those of other pages", () => {
    const others = new Set(["I5", "I6", "I7", "I8", "I12"]);
    const unknown = said.filter(({ number }) => !numbers.has(number) && !others.has(number));
    expect(unknown).toEqual([]);
  });
});

describe("the client's table in SPEC.md", () => {
  const [[, ...phases] = [], ...events] = rowsOf(section("### Events"));

  it("answers every event in every phase", () => {
    expect([...phases].sort()).toEqual([...namesIn("phase", "States")].sort());
    expect(events.map(([event]) => event).sort()).toEqual([...namesIn("type", "Events")].sort());
    for (const [event, ...cells] of events)
      expect([event, cells.filter((cell) => cell !== "").length]).toEqual([event, phases.length]);
  });

  it("says of every phase what it is", () => {
    expect(rowsOf(section("### Phases")).map(([phase]) => phase)).toEqual(["phase", ...phases]);
  });
});
