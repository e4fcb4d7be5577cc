import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { findProjectFile, readSettingsFile, writeSettingsFile } from "./settings-files.ts";
import { emptyFolder } from "./testing/test-io.ts";

let folder = "";
beforeEach(async () => {
  folder = await emptyFolder();
});

describe("the folder's config file", () => {
  it("is found from below, the nearest first", async () => {
    const below = join(folder, "a", "b");
    await mkdir(below, { recursive: true });
    await writeSettingsFile(join(folder, ".bannerol", "cli.json"), { url: "http://outer" });
    expect((await findProjectFile(below))?.url).toBe("http://outer");
    await writeSettingsFile(join(folder, "a", ".bannerol", "cli.json"), { url: "http://inner" });
    expect((await findProjectFile(below))?.url).toBe("http://inner");
  });

  it("may be missing", async () => {
    expect(await findProjectFile(folder)).toBeUndefined();
  });
});

describe("a config file", () => {
  it("is for its owner's eyes alone, also where an older one was not", async () => {
    const path = join(folder, "new", "cli.json");
    await mkdir(join(folder, "new"));
    await writeFile(path, "{}", { mode: 0o644 });
    await writeSettingsFile(path, { url: "http://x", token: "t", keys: { production: "k" } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
      url: "http://x",
      token: "t",
      keys: { production: "k" },
    });
  });

  it.each(["", "not json", "[]", "null", '"text"'])("that holds %j is named, with a way on", async (text) => {
    const path = join(folder, "cli.json");
    await writeFile(path, text);
    await expect(readSettingsFile(path)).rejects.toThrow(/cli\.json is not a JSON object.*Delete it/);
  });

  it("whose address is no text is named", async () => {
    const path = join(folder, "cli.json");
    await writeFile(path, '{"url": 4400}');
    await expect(readSettingsFile(path)).rejects.toThrow(/"url" is not text/);
  });

  it("takes nothing from a prototype", async () => {
    const path = join(folder, "cli.json");
    await writeFile(path, '{"__proto__": {"url": "http://evil"}}');
    expect((await readSettingsFile(path))?.url).toBe("");
  });

  it("that cannot be written is named", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(writeSettingsFile(join(folder, "file", "cli.json"), { url: "http://x" })).rejects.toThrow(
      /cli\.json cannot be written/,
    );
  });
});
