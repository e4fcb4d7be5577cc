import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { ExitCode } from "./exit-codes.ts";
import { readCommandLine } from "./program.ts";
import { commands } from "./registry.ts";
import { commonOptions, pathsOf } from "./syntax.ts";

const reference = await readFile(new URL("../../../docs/reference/cli.md", import.meta.url), "utf8");

/** Every command's words, arguments left out. */
const paths = commands.flatMap(pathsOf);

const helpOf = async (path: readonly string[]): Promise<string> => {
  const request = await readCommandLine([...path, "--help"]);
  return request.kind === "command" ? "" : request.text;
};

/** The first block of code below the heading of that name. */
const blockBelow = (heading: string): string | undefined =>
  new RegExp(`^#{2,3} \`${heading}\`\\n[^#]*?\`\`\`text\\n([\\s\\S]*?)\\n\`\`\``, "m").exec(reference)?.[1];

describe("help", () => {
  it("fits a screen of 24 lines of 80, with a line left for the prompt", async () => {
    const lines = (await helpOf([])).split("\n");
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it("shows what people want at three in the morning first", async () => {
    const words = (await helpOf([])).split("\n").map((line) => line.trim().split(" ")[0]);
    expect(words.slice(2, 7)).toEqual(["kill", "rollout", "explain", "eval", "log"]);
  });

  it.each(paths.map((path) => [path.join(" "), path] as const))("of %s fits a line of 80", async (_, path) => {
    const lines = (await helpOf(path)).split("\n");
    expect(lines.filter((line) => line.length > 80 && !line.startsWith("Example"))).toEqual([]);
  });
});

describe("the reference", () => {
  it.each([[], ...paths].map((path) => [["bannerol", ...path].join(" "), path] as const))(
    "has the help of `%s` as it is",
    async (name, path) => {
      expect(blockBelow(name)).toBe(await helpOf(path));
    },
  );

  it("has no command that is none", () => {
    const headings = [...reference.matchAll(/^#{2,3} `bannerol ?([^`]*)`$/gm)].map(([, words]) => words);
    expect(headings.sort()).toEqual(["", ...paths.map((path) => path.join(" "))].sort());
  });

  it("has every exit code", () => {
    const table = [...reference.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(table).toEqual(Object.values(ExitCode));
  });

  it("has every common option", () => {
    for (const { flags } of commonOptions) expect(reference).toContain(`\`${flags}\``);
  });

  it("has examples that are read as they stand", async () => {
    const examples = commands.flatMap((syntax) =>
      ("noun" in syntax ? syntax.verbs : [syntax, ...(syntax.verbs ?? [])]).map(({ example }) => example),
    );
    for (const example of examples) {
      const argv = [...example.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
      await expect(readCommandLine(argv.slice(1))).resolves.toMatchObject({ kind: "command" });
    }
  });
});
