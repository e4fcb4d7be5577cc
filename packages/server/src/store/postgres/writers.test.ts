import { randomUUID } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import { loadState } from "../../state/fold.ts";
import { sample } from "../../state/sample-documents.ts";
import { StoreFault } from "../fault.ts";
import { SYSTEM_PROJECT } from "../port.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { describePostgres } from "./testing/database.ts";

const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };

/** What the flag `a` counts, and the segment `s` with it. */
function countIn(ledger: Ledger): number {
  return Number(ledger.state("default")?.flags.get("a")?.document.description ?? 0);
}

/** Adds one to both; answers with the revision. */
async function increment(ledger: Ledger): Promise<number> {
  // Told apart by it, like requests: two nodes may do the very same thing at the same time.
  const requestId = randomUUID();
  const done = await ledger.execute({ project: "default", actor, at: 1, requestId }, (state) => {
    const description = String(Number(state.flags.get("a")?.document.description ?? 0) + 1);
    const items = [sample.flag("a", { description }), sample.segment("s", { included: [description] })];
    return { ok: true, action: "count", items, result: undefined };
  });
  return done.ok ? done.revision : Number.NaN;
}

await describePostgres("writers on two nodes of one PostgreSQL", ({ url, freshSchema, sql }) => {
  const ledgers: Ledger[] = [];
  const open = async (schema: string, at = url): Promise<Ledger> => {
    const ledger = await Ledger.open({ store: await openPostgresStore({ url: at, schema, at: 1 }), reports, at: 1 });
    ledgers.push(ledger);
    return ledger;
  };
  afterEach(async () => {
    for (const ledger of ledgers.splice(0)) await ledger.close();
  });

  /** With a project and an environment, so that a change alters views too. */
  const prepare = async (schema: string, at = url): Promise<Ledger> => {
    const ledger = await open(schema, at);
    const write = (project: string, item: ReturnType<typeof sample.flag>) =>
      ledger.execute({ project, actor, at: 1 }, () => ({ ok: true, action: "x", items: [item], result: undefined }));
    await write(SYSTEM_PROJECT, sample.project("default"));
    await write("default", sample.environment("production"));
    return ledger;
  };

  /** The tables must say one and the same thing: chain, items, documents, views. */
  const expectWhole = async (schema: string): Promise<number> => {
    const store = await openPostgresStore({ url, schema, at: 1 });
    const verdict = await store.verify("default");
    const stored = await store.load("default");
    await store.close();
    expect(verdict).toMatchObject({ ok: true, checked: stored.revision, head: stored.head });
    const state = loadState(stored);
    expect(state.segments.get("s")?.document.included).toEqual([state.flags.get("a")?.document.description]);
    expect(state.segments.get("s")?.revision).toBe(stored.revision);
    expect(stored.entities.filter(({ key }) => key === "s").map(({ version }) => version)).toContain(stored.revision);
    return stored.revision;
  };

  it("are eight, with 100 changes each: gapless, in the order of their commits, no update lost (F20)", async () => {
    const schema = await freshSchema();
    const nodes = [await prepare(schema), await open(schema)];
    const order: number[] = [];
    nodes[0]?.subscribe(({ change }) => order.push(change.revision));
    const writer = async (index: number): Promise<void> => {
      const ledger = nodes[index % 2];
      for (let round = 0; ledger !== undefined && round < 100; round += 1) await increment(ledger);
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => writer(index)));
    await Promise.all(nodes.map((ledger) => ledger.catchUp("default")));
    expect(nodes.map(countIn)).toEqual([800, 800]);
    expect(order).toEqual(Array.from({ length: 800 }, (_, index) => index + 2));
    expect(await expectWhole(schema)).toBe(801);
  }, 120_000);

  it("lose no acknowledged change and leave nothing half done while their connections are killed", async () => {
    const schema = await freshSchema();
    const through = new URL(url);
    through.searchParams.set("application_name", schema);
    const nodes = [await prepare(schema, through.href), await open(schema, through.href)];
    const acknowledged: number[] = [];
    const faults: unknown[] = [];
    let writing = true;
    const writer = async (ledger: Ledger): Promise<void> => {
      while (writing) {
        await increment(ledger).then(
          (revision) => acknowledged.push(revision),
          (fault: unknown) => faults.push(fault),
        );
      }
    };
    const writers = [...nodes, ...nodes].map(writer);
    while (acknowledged.length < 100 || faults.length < 20) {
      await sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = ${schema} AND state = 'active' AND random() < 0.05`;
    }
    writing = false;
    await Promise.all(writers);

    const revision = await expectWhole(schema);
    expect(faults.every((fault) => fault instanceof StoreFault && /^un/.test(fault.kind))).toBe(true);
    const uncertain = faults.filter((fault) => fault instanceof StoreFault && fault.kind === "uncertain").length;
    // Each acknowledged change stands, and what was refused for certain does not: one change, one number.
    expect(revision - 1).toBeGreaterThanOrEqual(acknowledged.length);
    expect(revision - 1).toBeLessThanOrEqual(acknowledged.length + uncertain);
    await Promise.all(nodes.map((ledger) => ledger.catchUp("default")));
    expect(nodes.map(countIn)).toEqual([revision - 1, revision - 1]);
  }, 120_000);

  it("are refused in time where another holds the counter, and go on when it is free", async () => {
    const schema = await freshSchema();
    const ledger = await prepare(schema, `${url}${url.includes("?") ? "&" : "?"}lock_timeout=100`);
    await sql.begin(async (transaction) => {
      await transaction`SELECT FROM ${sql(schema)}.projects FOR UPDATE`;
      await expect(increment(ledger)).rejects.toMatchObject({ name: "StoreFault", kind: "unavailable" });
    });
    expect(await increment(ledger)).toBe(2);
  });
});
