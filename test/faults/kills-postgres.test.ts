import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { openPostgresStore } from "../../packages/server/src/store/postgres/postgres-store.ts";
import { describePostgres } from "../../packages/server/src/store/postgres/testing/database.ts";
import { kills, seed } from "./amounts.ts";
import { bundled } from "./bundled.ts";
import { Chance } from "./chance.ts";
import { writtenProjects } from "./order.ts";
import { type Acknowledged, miscounts, misfits } from "./whole.ts";
import { WritingProcess } from "./writing-process.ts";

const program = bundled("writer");
/** After so many kills the tables are checked, and a new schema is begun. */
const SERIES = 25;

await describePostgres("PostgreSQL, processes killed", ({ url, freshSchema, sql }) => {
  const expectWhole = async (schema: string, acknowledged: Acknowledged): Promise<void> => {
    const store = await openPostgresStore({ url, schema, at: Date.now() });
    try {
      expect([...(await misfits(store, acknowledged)), ...(await miscounts(store, writtenProjects))]).toEqual([]);
    } finally {
      await store.close();
    }
  };

  /** Two nodes with four writers each; what they acknowledged is collected together. */
  const nodesOf = (schema: string) => {
    const acknowledged = new Map<string, Map<number, string>>();
    const through = new URL(url);
    through.searchParams.set("application_name", schema);
    const start = (name: string) => {
      const database = { kind: "postgres", url: through.href, schema } as const;
      const order = { database, name, projects: writtenProjects, writers: 4, tolerant: true };
      return new WritingProcess(program, order, acknowledged);
    };
    return { acknowledged, start };
  };

  const nodeKills = Math.ceil(kills / 3);
  it(`F24: lose no acknowledged change and leave nothing half done, ${nodeKills} nodes killed (seed ${seed})`, async () => {
    const chance = new Chance(seed);
    const tally = { opening: 0, writing: 0, acknowledged: 0, schemas: 0 };
    for (let round = 0; round < nodeKills; ) {
      const schema = await freshSchema();
      const { acknowledged, start } = nodesOf(schema);
      tally.schemas += 1;
      const nodes = [start("a"), start("b")];
      const end = Math.min(nodeKills, round + SERIES);
      for (; round < end; round += 1) {
        const index = chance.below(2);
        const node = nodes[index] ?? start("a");
        if (chance.happens(0.3)) {
          await node.opening();
          await pause(chance.next() * 150);
          tally.opening += 1;
        } else {
          await node.acknowledges(node.acknowledgements + 1 + chance.below(30));
          await pause(chance.next() * 8);
          tally.writing += 1;
        }
        await node.kill();
        nodes[index] = start("ab"[index] ?? "a");
      }
      await Promise.all(nodes.map((node) => node.kill()));
      await expectWhole(schema, acknowledged);
      for (const changes of acknowledged.values()) tally.acknowledged += changes.size;
    }
    console.info(`PostgreSQL, nodes killed: ${JSON.stringify(tally)}`);
    expect(tally.opening + tally.writing).toBe(nodeKills);
  });

  const backendKills = kills - nodeKills;
  it(`F24: lose none where ${backendKills} of the database's own processes are ended under them`, async () => {
    const tally = { ended: 0, acknowledged: 0, faults: 0, uncertain: 0, schemas: 0 };
    while (tally.ended < backendKills) {
      const schema = await freshSchema();
      const { acknowledged, start } = nodesOf(schema);
      tally.schemas += 1;
      const nodes = [start("a"), start("b")];
      await Promise.all(nodes.map((node) => node.acknowledges(5)));
      const end = Math.min(backendKills, tally.ended + 4 * SERIES);
      while (tally.ended < end) tally.ended += await endSome(schema, end - tally.ended);
      // They go on by themselves.
      await Promise.all(nodes.map((node) => node.acknowledges(node.acknowledgements + 5)));
      await Promise.all(nodes.map((node) => node.kill()));
      await expectWhole(schema, acknowledged);
      for (const changes of acknowledged.values()) tally.acknowledged += changes.size;
      const faults = nodes.flatMap((node) => node.faults);
      expect(faults.filter((kind) => !["unavailable", "uncertain"].includes(kind))).toEqual([]);
      tally.faults += faults.length;
      tally.uncertain += faults.filter((kind) => kind === "uncertain").length;
    }
    console.info(`PostgreSQL, backends ended: ${JSON.stringify(tally)}`);
    expect(tally.ended).toBe(backendKills);
  });

  /** Ends busy ones at random moments; answers with how many. */
  const endSome = async (schema: string, most: number): Promise<number> => {
    const ended = await sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = ${schema} AND state = 'active' AND random() < 0.1 LIMIT ${most}`;
    return ended.length;
  };
});
