/** What the guides show works: their example file is read, and their snippets are run beside it. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "./create-client.ts";

const guide = (name: string) => readFile(new URL(`../../../docs/how-to/${name}.md`, import.meta.url), "utf8");
const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, block = ""]) => block);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "bannerol-guides-"));
  const [example = ""] = blocksOf(await guide("configuration-file"), "yaml");
  await writeFile(path.join(folder, "flags.yaml"), example);
});
afterAll(() => rm(folder, { recursive: true }));

describe("the guide's configuration file", () => {
  it("is read without a finding, and serves what it says", async () => {
    const flags = createClient({ file: path.join(folder, "flags.yaml") });
    await flags.ready();
    expect(flags.status().problem).toBeUndefined();
    expect([flags.isEnabled("dark-mode"), flags.isEnabled("old-search")]).toEqual([true, false]);
    expect(flags.isEnabled("new-checkout", { targetingKey: "u7" })).toBe(true);
    expect(flags.isEnabled("new-checkout", { targetingKey: "x", email: "me@example.com" })).toBe(true);
    expect(flags.value("banner", { country: "AT" }, "default")).toBe("Spring is here");
    expect(flags.value("banner", { country: "FR" }, "default")).toBe("");
    const users = Array.from({ length: 2_000 }, (_, at) => ({ targetingKey: `user-${at}` }));
    const share = users.filter((user) => flags.isEnabled("new-checkout", user)).length / users.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
    await flags.close();
  });
});

/** Where the entry of a package lies that the snippet's folder does not have. */
function sourceOf(quoted: string): string {
  return JSON.stringify(import.meta.resolve(JSON.parse(quoted)));
}

/** Runs a snippet as a module of an application that has the SDK installed. */
async function run(snippet: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const script = path.join(folder, "snippet.mts");
  await writeFile(script, snippet.replaceAll(/"(@bannerol\/sdk-node|hono)(\/[a-z]+)?"/g, sourceOf));
  const tsx = fileURLToPath(new URL("../../../node_modules/tsx/dist/loader.mjs", import.meta.url));
  const flags = ["--unhandled-rejections=strict", "--conditions=@bannerol/source", "--import", tsx];
  return promisify(execFile)(process.execPath, [...flags, script], { cwd: folder, timeout: 100_000 });
}

it.each([
  ["configuration-file", 0, /^new Spring is here\n$/],
  ["configuration-file", 1, /^$/],
  ["requests", 2, /^new at revision now\n$/],
  ["tests", 0, /^true blue\nred green\n3 green\nblue\n$/],
  ["hooks", 0, /^shop dark-mode on STATIC\ntook [\d.e-]+\n$/],
])(
  "the snippets of %s run: %i",
  async (name, index, printed) => {
    const snippet = blocksOf(await guide(name), "ts")[index] ?? "";
    const { stdout, stderr } = await run(snippet);
    expect(stdout).toMatch(printed);
    expect(stderr).toBe("");
  },
  30_000,
);
