import { spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { seededRandom } from "@bannerol/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileStorage } from "./file-storage.ts";
import { nameOf, ownerTag } from "./kept-files.ts";
import { revisionOf } from "./testing/rulesets.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "bannerol-cache-"));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

const at = (revision: number, epoch = "e") => ({ epoch, revision });

describe("files of rulesets", () => {
  it("come back newest first, two generations of them", async () => {
    const storage = fileStorage(path.join(folder, "deep", "er"), "b", 1e6);
    expect(await storage.load()).toEqual([]);
    for (const revision of [1, 2, 3]) await storage.save(`text ${revision}`, at(revision));
    expect(await storage.load()).toEqual(["text 3", "text 2"]);
  });

  it("stay where they were, also where the process goes to another folder", async () => {
    const before = process.cwd();
    try {
      process.chdir(folder);
      const storage = fileStorage("here", "b", 1e6);
      process.chdir(before);
      await storage.save("text", at(1));
      expect(await readdir(path.join(folder, "here"))).toHaveLength(1);
      expect(await storage.load()).toEqual(["text"]);
    } finally {
      process.chdir(before);
    }
  });

  it("are readable by their owner alone", async () => {
    await fileStorage(folder, "b", 1e6).save("text", at(1));
    const [name = ""] = await readdir(folder);
    expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it("of another server or key are left alone", async () => {
    await fileStorage(folder, "b", 1e6).save("mine", at(1));
    await fileStorage(folder, "c", 1e6).save("yours", at(9));
    expect(await fileStorage(folder, "b", 1e6).load()).toEqual(["mine"]);
  });

  it("are never put back by a process that lags (I1)", async () => {
    const ahead = fileStorage(folder, "b", 1e6);
    const behind = fileStorage(folder, "b", 1e6);
    await ahead.save("text 10", at(10));
    await behind.save("text 9", at(9));
    expect(await ahead.load()).toEqual(["text 10"]);
  });

  it("of a new epoch come first, whatever their number", async () => {
    const storage = fileStorage(folder, "b", 1e6);
    await storage.save("before", at(100, "old"));
    await utimes(path.join(folder, nameOf(ownerTag("b"), "old", 100)), 1, 1);
    await storage.save("after", at(3, "new"));
    expect(await storage.load()).toEqual(["after", "before"]);
  });

  it("that are too long are not read", async () => {
    const storage = fileStorage(folder, "b", 10);
    await storage.save("x".repeat(11), at(2));
    await storage.save("short", at(1));
    expect(await storage.load()).toEqual(["short"]);
  });

  it("that a dead process left unfinished are swept after an hour", async () => {
    const unfinished = path.join(folder, `${nameOf(ownerTag("b"), "e", 1)}.x.tmp`);
    const recent = path.join(folder, `${nameOf(ownerTag("b"), "e", 1)}.y.tmp`);
    await writeFile(unfinished, "half");
    await writeFile(recent, "half");
    await utimes(unfinished, 1, 1);
    await fileStorage(folder, "b", 1e6).save("text", at(2));
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([path.basename(recent)]);
  });

  it("are not tried again where the folder cannot be written", async () => {
    const occupied = path.join(folder, "file");
    await writeFile(occupied, "");
    const storage = fileStorage(path.join(occupied, "cache"), "b", 1e6);
    await expect(storage.save("text", at(1))).rejects.toThrow();
    await expect(storage.save("text", at(2))).resolves.toBeUndefined();
  });

  it("may be written by several processes at once", async () => {
    const storages = [1, 2, 3, 4].map(() => fileStorage(folder, "b", 1e6));
    await Promise.all(
      storages.map(async (storage, writer) => {
        for (let revision = 1; revision <= 20; revision++) await storage.save(`${revision}`, at(revision * 4 - writer));
      }),
    );
    expect((await storages[0]?.load())?.[0]).toBe("20");
    expect((await readdir(folder)).length).toBeLessThanOrEqual(3);
  });
});

/** Lets a process save until it has saved `count` times, and a little longer, then kills it. */
async function saveAndKill(first: number, count: number, extraMs: number): Promise<number> {
  const script = fileURLToPath(new URL("./testing/saver.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, folder, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let saved = first - 1;
  let saves = 0;
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      const lines = chunk.toString().trim().split("\n");
      saves += lines.length;
      saved = Number(lines.at(-1));
      if (saves >= count) setTimeout(() => child.kill("SIGKILL"), extraMs);
    });
    child.on("close", () => resolve());
  });
  return saved;
}

it("a process killed in mid-save leaves the old or the new generation, never neither (F5, I7)", async () => {
  const random = seededRandom(5);
  let saved = 0;
  for (let kills = 0; kills < 8; kills++) {
    saved = await saveAndKill(saved + 1, 1 + Math.floor(random() * 5), random() * 8);
    const texts = await fileStorage(folder, "binding", 1e9).load();
    const newest = revisionOf(texts[0] ?? "");
    expect(texts.every((text) => revisionOf(text) !== undefined)).toBe(true);
    expect(newest).toBeGreaterThanOrEqual(saved);
    saved = newest ?? saved;
  }
});
