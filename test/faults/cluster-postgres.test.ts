import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Driver, openDriver, type Sql } from "../../packages/server/src/store/postgres/driver.ts";
import { openPostgresStore } from "../../packages/server/src/store/postgres/postgres-store.ts";
import { type Cluster, findPrograms, giveToOwner, startCluster } from "../../scripts/postgres.mjs";
import { until } from "../e2e/harness.ts";
import { kills, seed } from "./amounts.ts";
import { bundled } from "./bundled.ts";
import { Chance } from "./chance.ts";
import { temporaryFolders } from "./folders.ts";
import { writtenProjects } from "./order.ts";
import { Server } from "./server.ts";
import { SmallDisk } from "./small-disk.ts";
import { miscounts, misfits } from "./whole.ts";
import { WritingProcess } from "./writing-process.ts";

const program = bundled("writer");
const freshFolder = temporaryFolders();
const programs = findPrograms();

const why = programs === undefined ? " (skipped: PostgreSQL's programs are not installed)" : "";

describe.skipIf(programs === undefined)(`a PostgreSQL of one's own${why}`, () => {
  let cluster: Cluster;
  let disk: SmallDisk | string | undefined;
  beforeAll(async () => {
    cluster = await startCluster(programs ?? "");
  });
  afterAll(() => {
    cluster?.stop();
    if (disk instanceof SmallDisk) disk.unmount();
  });

  const crashes = Math.ceil(kills / 100);
  it(`F24: is killed whole ${crashes} times under two nodes, which lose nothing and go on by themselves`, async () => {
    const chance = new Chance(seed);
    const acknowledged = new Map<string, Map<number, string>>();
    const database = { kind: "postgres", url: cluster.url, schema: "public" } as const;
    const nodes = ["a", "b"].map((name) => {
      const order = { database, name, projects: writtenProjects, writers: 4, tolerant: true };
      return new WritingProcess(program, order, acknowledged);
    });
    for (let time = 0; time < crashes; time += 1) {
      await Promise.all(nodes.map((node) => node.acknowledges(node.acknowledgements + 5 + chance.below(20))));
      await pause(chance.next() * 20);
      cluster.crash();
      cluster.start();
    }
    await Promise.all(nodes.map((node) => node.acknowledges(node.acknowledgements + 5)));
    await Promise.all(nodes.map((node) => node.kill()));
    const store = await openPostgresStore({ ...database, at: Date.now() });
    expect([...(await misfits(store, acknowledged)), ...(await miscounts(store, writtenProjects))]).toEqual([]);
    await store.close();
    const total = [...acknowledged.values()].reduce((sum, changes) => sum + changes.size, 0);
    console.info(`PostgreSQL, killed whole: ${JSON.stringify({ crashes, acknowledged: total })}`);
  });

  describe("in trouble", () => {
    let server: Server;
    let driver: Driver;
    let admin: Sql;
    /** A server whose database lies where, and is used as whom, the test says. */
    const startOn = async (name: string, prepare: (admin: Sql) => Promise<unknown>): Promise<void> => {
      driver = openDriver({ url: cluster.url, connections: 1 });
      admin = driver.sql;
      await prepare(admin);
      const url = new URL(cluster.url);
      url.pathname = `/${name}`;
      url.username = name;
      server = new Server(url.href, freshFolder());
      await server.start();
    };
    afterEach(async () => {
      await server?.stop("SIGKILL");
      await driver?.end();
    });
    const write = (key: string) => server.ask("POST", "projects/default/flags", { key, description: key.repeat(100) });
    const writeUntilRefused = async (prefix: string): Promise<unknown> => {
      for (let tries = 0; tries < 3_000; tries += 1) {
        const answer = await write(`${prefix}-${tries}`);
        if (answer.status !== 201) return answer;
      }
      throw new Error("Nothing was refused.");
    };
    const expectReading = async (): Promise<void> => {
      expect(await server.ask("GET", "projects/default/flags")).toMatchObject({ status: 200 });
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    };

    it("F21: refuses changes with 503 where no connection is to be had, and takes them again when one is", async () => {
      await startOn("crowded", async (sql) => {
        await sql`CREATE ROLE crowded LOGIN`;
        await sql`CREATE DATABASE crowded OWNER crowded`;
      });
      expect(await write("before")).toMatchObject({ status: 201 });
      await admin`ALTER ROLE crowded CONNECTION LIMIT 0`;
      await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'crowded'`;
      await until(async () => (await write("meanwhile")).status === 503);
      await expectReading();
      await admin`ALTER ROLE crowded CONNECTION LIMIT -1`;
      await until(async () => (await write("after")).status === 201);
      expect(await server.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
    });

    it("F26: refuses changes with 507 where its disk is full, and takes them again when there is room", async (context) => {
      const folder = freshFolder();
      disk = SmallDisk.mount(folder, 16);
      if (typeof disk === "string") return context.skip(disk);
      giveToOwner(folder);
      await startOn("small", async (sql) => {
        await sql`CREATE ROLE small LOGIN`;
        await sql`CREATE TABLESPACE small OWNER small LOCATION ${sql.unsafe(`'${folder}'`)}`;
        await sql`CREATE DATABASE small OWNER small TABLESPACE small`;
      });
      expect(await write("before")).toMatchObject({ status: 201 });
      disk.fill();
      expect(await writeUntilRefused("full")).toMatchObject({ status: 507, body: { code: "storage_full" } });
      await expectReading();
      disk.free();
      expect(await write("after")).toMatchObject({ status: 201 });
      expect(await server.must("GET", "projects/default/changes/verify")).toMatchObject({ ok: true });
    });
  });
});
