/** What an SDK keeps from one process to the next, damaged and shared. */
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Application } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { hangUp, pass } from "./proxy/arrivals.ts";
import { goesUp, Scene, statusOf, toldTo } from "./scene.ts";
import { Server } from "./server.ts";

const freshFolder = temporaryFolders();
const steady = { flag: "steady", context: { targetingKey: "u" }, defaultValue: false };

describe("a cache", () => {
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder()));
  beforeAll(() => scene.start());
  afterAll(() => scene.end());

  /** Files, the newest first. */
  const filesIn = (folder: string): readonly string[] =>
    readdirSync(folder)
      .map((name) => join(folder, name))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);

  const reaches = (application: Application, revision: number) =>
    application.ask("atLeast", { revision, timeoutMs: 60_000 });

  it.each<[string, (file: string, other: string) => void]>([
    ["cut", (file) => truncateSync(file, statSync(file).size - 10)],
    ["empty", (file) => truncateSync(file, 0)],
    [
      "with bits flipped",
      (file) =>
        writeFileSync(
          file,
          readFileSync(file).map((byte, at) => (at % 97 === 50 ? byte ^ 4 : byte)),
        ),
    ],
    [
      "altered in one value",
      (file) => writeFileSync(file, readFileSync(file, "utf8").replace('"enabled":true', '"enabled":false')),
    ],
    ["of an older format", (file) => writeFileSync(file, '{"format":0,"flags":{}}')],
    ["of another key", (file, other) => writeFileSync(file, readFileSync(other))],
  ])("F4: whose newest file is %s is ignored and counted, and the generation before is served", async (_, damage) => {
    const line = await scene.line();
    const [cache, elsewhere] = [freshFolder(), freshFolder()];
    const mine = await line.current({ cache });
    const others = await line.current({ cache: elsewhere, key: await scene.server.newKey() });
    const { revision } = await statusOf(mine);
    await mine.ask("flush");
    await reaches(mine, await scene.change());
    expect([await mine.close(), await others.close()]).toEqual([0, 0]);
    damage(filesIn(cache)[0] ?? "", filesIn(elsewhere)[0] ?? "");

    line.proxy.arriving = hangUp;
    const started = line.application({ cache });
    expect(await started.ask("ready")).toEqual({ source: "cache" });
    expect(await statusOf(started)).toMatchObject({ source: "cache", revision, ignoredCaches: 1 });
    expect(await started.ask("evaluate", steady)).toMatchObject({ value: true });
    expect(await started.close()).toBe(0);
  });

  it("F49: that workers share never goes back, though some lag and some are killed", async () => {
    const line = await scene.line();
    const cache = freshFolder();
    const lagging = await line.current({ cache });
    for (const { down } of line.proxy.open) down.stall();
    for (let round = 0; round < 3; round += 1) {
      const workers = await Promise.all(Array.from({ length: 4 }, () => line.current({ cache })));
      const revision = await scene.change();
      await Promise.all(workers.map((worker) => reaches(worker, revision)));
      const [first, second, ...killed] = workers;
      for (const worker of killed) worker.signal("SIGKILL");
      expect([await first?.close(), await second?.close()]).toEqual([0, 0]);
      if (round === 0) expect(await lagging.close()).toBe(0);

      line.proxy.arriving = hangUp;
      const started = line.application({ cache });
      expect(await started.ask("ready")).toEqual({ source: "cache" });
      expect(await statusOf(started)).toMatchObject({ revision, ignoredCaches: 0 });
      line.proxy.arriving = pass;
      await reaches(started, await scene.change());
      expect(goesUp((await toldTo(started)).changes)).toBe(true);
      started.signal("SIGKILL");
    }
  });
});
