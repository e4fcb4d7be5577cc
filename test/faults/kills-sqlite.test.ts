import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { connect, prepareFile } from "../../packages/server/src/store/sqlite/connection.ts";
import { migrate } from "../../packages/server/src/store/sqlite/migrate.ts";
import { migrations } from "../../packages/server/src/store/sqlite/migrations/index.ts";
import { openSqliteStore } from "../../packages/server/src/store/sqlite/sqlite-store.ts";
import { schema1Rows } from "../../packages/server/src/store/testing/schema-1.ts";
import { kills, seed } from "./amounts.ts";
import { bundled } from "./bundled.ts";
import { Chance } from "./chance.ts";
import { memory, temporaryFolders } from "./folders.ts";
import { writtenProjects } from "./order.ts";
import { miscounts, misfits } from "./whole.ts";
import { WritingProcess } from "./writing-process.ts";

const program = bundled("writer");
const freshFolder = temporaryFolders();
/** On a disk a kill finds the process waiting for it, in memory at work. */
const lanes = [tmpdir(), memory];
/** After so many changes a new database is begun. */
const LONG = 500;
/** Of the databases: they see one kill, while they are made or migrated. */
const NEW = 0.9;

interface Tally {
  opening: number;
  writing: number;
  acknowledged: number;
  databases: number;
  migrated: number;
}

interface Lane {
  readonly rounds: number;
  readonly chance: Chance;
  readonly within: string;
}

/** Kills a process at a random instant, while it opens its database or while it writes. */
async function writeAndKill(running: WritingProcess, opening: boolean, { chance }: Lane, tally: Tally): Promise<void> {
  if (opening) {
    await running.opening();
    await pause(chance.next() * 60);
    tally.opening += 1;
  } else {
    await running.acknowledges(1 + chance.below(40));
    await pause(chance.next() * 8);
    tally.writing += 1;
  }
  await running.kill();
}

/** A database as the first released program left it, so that its migration is killed too. */
function makeOld(file: string): void {
  prepareFile(file);
  const connection = connect(file);
  migrate(connection, { migrations: migrations.slice(0, 1), at: 1 });
  connection.exec(schema1Rows);
  connection.close();
}

/** One database after the other, each written to by process after process, all of them killed. */
async function attack(lane: Lane, tally: Tally): Promise<void> {
  const { rounds, chance } = lane;
  for (let round = 0; round < rounds; ) {
    const folder = freshFolder(lane.within);
    const file = join(folder, "data", "bannerol.db");
    const acknowledged = new Map<string, Map<number, string>>();
    tally.databases += 1;
    if (chance.happens(0.5)) {
      tally.migrated += 1;
      makeOld(file);
    }
    const isNew = chance.happens(NEW);
    for (let newest = -1; round < rounds && newest < (isNew ? 0 : LONG); round += 1) {
      const order = { name: "w", projects: writtenProjects, writers: 8 };
      const running = new WritingProcess(program, { ...order, database: { kind: "sqlite", file } }, acknowledged);
      await writeAndKill(running, isNew || chance.happens(0.2), lane, tally);
      tally.acknowledged += running.acknowledgements;
      newest = await expectWhole(file, acknowledged);
    }
    rmSync(folder, { recursive: true });
  }
}

/** The revision of the longer one of both projects. */
async function expectWhole(file: string, acknowledged: Map<string, Map<number, string>>): Promise<number> {
  const store = await openSqliteStore({ file, at: Date.now() });
  try {
    expect([...(await misfits(store, acknowledged)), ...(await miscounts(store, writtenProjects))]).toEqual([]);
    const revisions = [...acknowledged.values()].map((changes) => Math.max(0, ...changes.keys()));
    return Math.max(0, ...revisions);
  } finally {
    await store.close();
  }
}

describe("SQLite, its process killed", () => {
  it(`F24: loses no acknowledged change and leaves nothing half done, ${kills} times over (seed ${seed})`, async () => {
    const tally: Tally = { opening: 0, writing: 0, acknowledged: 0, databases: 0, migrated: 0 };
    const attacks = lanes.map((within, index) => {
      const rounds = Math.ceil((kills - index) / lanes.length);
      return attack({ rounds, chance: new Chance(seed + index), within }, tally);
    });
    await Promise.all(attacks);
    console.info(`SQLite, killed: ${JSON.stringify(tally)}`);
    expect(tally.opening + tally.writing).toBe(kills);
  });
});
