import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { realServer } from "../testing/real-server.ts";
import { emptyFolder } from "../testing/test-io.ts";

const { cli, done } = realServer();

const keysIn = (text: string): string[] => [...text.matchAll(/^ {4}"([^"]+)"/gm)].map(([, key = ""]) => key);

let folder: string;
beforeEach(async () => {
  folder = await emptyFolder();
  await done("flag", "create", "theme", "--type", "string", "--variant", "dark=dark", "--variant", "light=light");
  await done("flag", "create", "new-checkout", "--description", "One-page checkout", "--client-side");
});

const types = (...words: string[]) => cli(["generate", "types", ...words], { folder });
const fileAt = (name: string) => readFile(join(folder, name), "utf8");

describe("bannerol generate types", () => {
  it("prints the flags that are not archived, in the same words each time", async () => {
    await done("flag", "create", "ancient");
    await done("flag", "archive", "ancient");
    const { stdout } = await types();
    expect(stdout.split("\n").slice(4)).toEqual([
      "  interface BannerolFlags {",
      "    /** One-page checkout */",
      '    "new-checkout": boolean;',
      '    "theme": string;',
      "  }",
      "}",
      "",
    ]);
    expect((await types()).stdout).toBe(stdout);
    expect((await types("--out", "-")).stdout).toBe(stdout);
    expect(JSON.parse((await types("--json")).stdout)).toEqual({ types: stdout.trimEnd() });
  });

  it("leaves out what pages may not know of, where that is asked for, and says so", async () => {
    const { stdout } = await types("--client-side");
    expect(keysIn(stdout)).toEqual(["new-checkout"]);
    expect(stdout.split("\n")[0]).toContain("the flags that pages may know of");
  });

  it("writes a file, and leaves one alone that is as it should be", async () => {
    const { stdout } = await types();
    expect(await types("--out", "src/flags.d.ts")).toMatchObject({ code: 0, stderr: "" });
    expect(await fileAt("src/flags.d.ts")).toBe(stdout);
    expect(await readdir(join(folder, "src"))).toEqual(["flags.d.ts"]);
    const before = await stat(join(folder, "src/flags.d.ts"));
    const again = await types("--out", "src/flags.d.ts", "--json");
    expect(JSON.parse(again.stdout)).toEqual({ file: "src/flags.d.ts", flags: 2, written: false });
    expect((await stat(join(folder, "src/flags.d.ts"))).ino).toBe(before.ino);
  });

  it("says where it cannot be written, and leaves nothing behind", async () => {
    await mkdir(join(folder, "flags.d.ts"));
    expect(await types("--out", "flags.d.ts")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("flags.d.ts cannot be written"),
    });
    expect(await readdir(folder)).toEqual(["flags.d.ts"]);
  });
});

describe("bannerol generate types --check", () => {
  const check = (...words: string[]) => types("--out", "flags.d.ts", "--check", ...words);

  it("passes while the file is what would be written, whatever ends its lines", async () => {
    const { stdout } = await types();
    for (const text of [stdout, stdout.replaceAll("\n", "\r\n")]) {
      await writeFile(join(folder, "flags.d.ts"), text);
      expect(await check()).toMatchObject({ code: 0, stderr: "" });
    }
  });

  it.each([
    ["misses a flag", async () => done("flag", "create", "beta")],
    ["has one that was archived", async () => done("flag", "archive", "new-checkout")],
    ["tells another description", async () => done("flag", "update", "theme", "--description", "x")],
    ["was edited", async () => writeFile(join(folder, "flags.d.ts"), "export {};\n")],
  ])("exits 1 where the file %s, and leaves it as it is", async (_, change) => {
    await types("--out", "flags.d.ts");
    await change();
    const before = await fileAt("flags.d.ts");
    const { code, stdout, stderr } = await check();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("bannerol generate types --out flags.d.ts");
    expect(await fileAt("flags.d.ts")).toBe(before);
  });

  it("exits 1 where there is no file, and makes none", async () => {
    expect(await check("--client-side")).toMatchObject({ code: 1, stderr: expect.stringContaining("--client-side") });
    expect(await readdir(folder)).toEqual([]);
  });

  it("wants to know which file", async () => {
    expect(await types("--check")).toMatchObject({ code: 2, stderr: expect.stringContaining("--out") });
  });
});
