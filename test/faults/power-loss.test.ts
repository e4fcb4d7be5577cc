import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileStorage } from "../../packages/sdk-node/src/file-storage.ts";
import { openSqliteStore } from "../../packages/server/src/store/sqlite/sqlite-store.ts";
import { images, seed } from "./amounts.ts";
import { bundled } from "./bundled.ts";
import { Chance } from "./chance.ts";
import { Disk, type Luck } from "./disk/disk.ts";
import { type Moment, moments, nothing, torn, trace, whyUntraceable } from "./disk/power.ts";
import { memory, temporaryFolders } from "./folders.ts";
import { acceptedRevision, keptText } from "./kept.ts";
import { writtenProjects } from "./order.ts";
import { miscounts, misfits } from "./whole.ts";

const writer = bundled("writer");
const saver = bundled("saver");
const freshFolder = temporaryFolders();
const why = whyUntraceable();

/** How often the state of one run is looked at in each way. */
interface Shares {
  /** Of the moments of an acknowledgement or a sync. */
  readonly turning: number;
  /** Of all others. */
  readonly between: number;
}

/** Runs a program until so many images of it were checked. */
async function cutPower(input: {
  readonly images: number;
  readonly shares: Shares;
  readonly run: (root: string) => readonly string[];
  readonly check: (folder: string, said: readonly string[]) => Promise<readonly string[]>;
}): Promise<{ images: number; runs: number }> {
  const chance = new Chance(seed);
  const tally = { images: 0, runs: 0 };
  const scratch = freshFolder(memory);
  const cut = async ({ disk, said, event }: Moment, luck: Luck): Promise<void> => {
    const folder = join(scratch, String(tally.images));
    disk.writeImage(folder, luck);
    const wrong = await input.check(folder, said);
    expect(wrong, `image ${tally.images} of seed ${seed}, after ${event.call} and ${said.length} lines`).toEqual([]);
    rmSync(folder, { recursive: true });
    tally.images += 1;
  };
  while (tally.images < input.images) {
    const [root, file] = [freshFolder(), join(scratch, "trace")];
    await trace(input.run(root), file);
    tally.runs += 1;
    for await (const moment of moments(file, new Disk(root))) {
      if (tally.images >= input.images) break;
      const { turning, between } = input.shares;
      const turns = moment.event.call === "sync" || (moment.event.call === "write" && moment.event.fd === 1);
      if (turns && chance.happens(turning)) await cut(moment, nothing);
      if (chance.happens(turns ? turning : between)) await cut(moment, torn(chance));
    }
  }
  return tally;
}

/** Opened as a server opens it, the image must hold all that was acknowledged. */
async function checkDatabase(folder: string, said: readonly string[]): Promise<readonly string[]> {
  const acknowledged = new Map<string, Map<number, string>>();
  for (const [project = "", revision, hash] of said.map((line) => line.split(" "))) {
    if (hash === undefined) continue;
    const changes = acknowledged.get(project) ?? new Map<number, string>();
    acknowledged.set(project, changes.set(Number(revision), hash));
  }
  const store = await openSqliteStore({ file: join(folder, "data", "bannerol.db"), at: Date.now() });
  try {
    return [...(await misfits(store, acknowledged)), ...(await miscounts(store, writtenProjects))];
  } finally {
    await store.close();
  }
}

/** The newest ruleset that was kept, or a newer one that was being kept; whole, or ignored. */
async function checkCache(folder: string, said: readonly string[]): Promise<readonly string[]> {
  const kept = said.length;
  const texts = await fileStorage(join(folder, "cache"), "binding", 1e9).load();
  const accepted = texts.flatMap((text) => acceptedRevision(text) ?? []);
  const [first = 0] = accepted;
  return [
    ...(first === kept || first === kept + 1 ? [] : [`revision ${first} is used where ${kept} was kept`]),
    ...accepted.filter((revision) => !texts.includes(keptText(revision))).map((revision) => `${revision} was altered`),
  ];
}

describe.skipIf(why !== undefined)(`a power cut${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  it(`F25: loses no acknowledged change and leaves nothing half done, in ${images} images (seed ${seed})`, async () => {
    const shares = { turning: 0.25, between: 0.05 };
    const tally = await cutPower({ images, shares, run: writingOrder, check: checkDatabase });
    console.info(`SQLite, power cut: ${JSON.stringify(tally)}`);
  });

  it("finds out a disk that does not keep what it is told to, as a test that could not fail would not", async () => {
    const [root, scratch] = [freshFolder(), freshFolder(memory)];
    await trace(writingOrder(root), join(scratch, "trace"));
    const disk = new Disk(root, (path) => path.endsWith("-wal"));
    let last: Moment | undefined;
    for await (const moment of moments(join(scratch, "trace"), disk)) {
      last = moment;
      if (moment.said.length > 50) break;
    }
    last?.disk.writeImage(join(scratch, "image"), nothing);
    const wrong = await checkDatabase(join(scratch, "image"), last?.said ?? []);
    expect(wrong.join()).toContain("is gone");
  });

  const cacheImages = Math.ceil(images / 5);
  it(`F5: leaves an SDK the ruleset that it kept last, in ${cacheImages} images (seed ${seed})`, async () => {
    const run = (root: string) => [saver, join(root, "cache"), "40"];
    const tally = await cutPower({ images: cacheImages, shares: { turning: 1, between: 1 }, run, check: checkCache });
    console.info(`cache of an SDK, power cut: ${JSON.stringify(tally)}`);
  });
});

function writingOrder(root: string): readonly string[] {
  mkdirSync(root, { recursive: true });
  const database = { kind: "sqlite", file: join(root, "data", "bannerol.db") };
  const order = { database, name: "w", projects: writtenProjects, writers: 4, changes: 400 };
  return [writer, JSON.stringify(order)];
}
