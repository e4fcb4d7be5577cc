import { expect, it, type TestContext } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import { sample } from "../../state/sample-documents.ts";
import { StoreFault } from "../fault.ts";
import { SYSTEM_PROJECT } from "../port.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./postgres-store.ts";
import { describePostgres } from "./testing/database.ts";
import { TcpProxy } from "./testing/tcp-proxy.ts";
import { until } from "./testing/until.ts";

const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };
type End = TestContext["onTestFinished"];
/** Everything that a node learns, it learns within this time. */
const SOON_MS = 3_000;

await describePostgres("two nodes on one PostgreSQL", ({ url, freshSchema, sql }) => {
  /** What was begun last ends first. */
  const open = async (end: End, options: Omit<PostgresStoreOptions, "at">) => {
    const ledger = await Ledger.open({ store: await openPostgresStore({ at: 1, ...options }), reports, at: 1 });
    end(() => ledger.close());
    const told: unknown[] = [];
    ledger.follow((trouble) => told.push(trouble));
    return { ledger, told };
  };
  const write = (ledger: Ledger, key: string, project = "default") =>
    ledger.execute({ project, actor, at: 1 }, () => {
      const item = project === SYSTEM_PROJECT ? sample.project(key) : sample.flag(key);
      return { ok: true, action: "x", items: [item], result: undefined };
    });
  /** Two nodes that follow each other. */
  const pair = async (end: End, options: Partial<PostgresStoreOptions> = {}) => {
    const schema = await freshSchema();
    const [here, there] = [await open(end, { url, schema, ...options }), await open(end, { url, schema, ...options })];
    await write(here.ledger, "default", SYSTEM_PROJECT);
    await until(() => there.ledger.projects().length === 1, SOON_MS);
    return { here, there, schema };
  };
  const shows = (ledger: Ledger, key: string) => () => ledger.state("default")?.flags.has(key) === true;
  const listening = (schema: string) =>
    sql<{ pid: number }[]>`SELECT pid FROM pg_stat_activity WHERE query = ${`LISTEN "bannerol ${schema}"`}`;

  it.concurrent.for([
    { how: "told", notifications: true },
    { how: "not told (I12)", notifications: false },
  ])("see each other's changes within 3 s, $how of them", async ({ notifications }, context) => {
    const { here, there } = await pair(context.onTestFinished, { notifications });
    await write(here.ledger, "a");
    await until(shows(there.ledger, "a"), SOON_MS);
    await write(there.ledger, "b");
    await until(shows(here.ledger, "b"), SOON_MS);
    expect(here.ledger.state("default")).toEqual(there.ledger.state("default"));
    expect([...here.told, ...there.told].every((trouble) => trouble === undefined)).toBe(true);
  });

  it.concurrent("tell each other at once, without waiting for the next question", async ({ onTestFinished: end }) => {
    const { here, there, schema } = await pair(end);
    await until(async () => (await listening(schema)).length === 2);
    let heard = 0;
    there.ledger.subscribe(() => {
      heard += 1;
    });
    const began = performance.now();
    for (const key of ["a", "b", "c", "d", "e", "f"]) {
      await write(here.ledger, key);
      await until(shows(there.ledger, key));
    }
    // By questions alone it takes ten seconds and more.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(heard).toBe(6);
  });

  it.concurrent("go on seeing them where the listening connection is killed, and listen again (F18)", async ({
    onTestFinished: end,
  }) => {
    const { here, there, schema } = await pair(end);
    await until(async () => (await listening(schema)).length === 2);
    const before = await listening(schema);
    for (const { pid } of before) await sql`SELECT pg_terminate_backend(${pid})`;
    await write(here.ledger, "a");
    await until(shows(there.ledger, "a"), SOON_MS);
    await until(async () => {
      const pids = (await listening(schema)).map(({ pid }) => pid);
      return pids.length === 2 && before.every(({ pid }) => !pids.includes(pid));
    });
  });

  it.concurrent("go on seeing them where every connection falls silent, and make them anew (F19)", async ({
    onTestFinished: end,
  }) => {
    const schema = await freshSchema();
    const { proxy, url: through } = await TcpProxy.before(url);
    end(() => proxy.close());
    const here = await open(end, { url, schema });
    const there = await open(end, { url: through, schema });
    await write(here.ledger, "default", SYSTEM_PROJECT);
    await until(() => there.ledger.projects().length === 1);
    const taken = proxy.accepted;
    proxy.silence();
    await write(here.ledger, "a");
    await until(shows(there.ledger, "a"));
    expect(there.told.some((trouble) => trouble instanceof StoreFault)).toBe(true);
    await until(() => proxy.accepted >= taken + 2);
  });

  it.concurrent("say that the database is away, ask it no more often for that, and are level when it is back", async ({
    onTestFinished: end,
  }) => {
    const schema = await freshSchema();
    const { proxy, url: through } = await TcpProxy.before(url);
    end(() => proxy.close());
    const here = await open(end, { url, schema });
    const there = await open(end, { url: through, schema });
    await write(here.ledger, "default", SYSTEM_PROJECT);
    await until(() => there.ledger.projects().length === 1);
    proxy.cut();
    const taken = proxy.accepted;
    await until(() => there.told.at(-1) instanceof StoreFault);
    await expect(write(there.ledger, "lost")).rejects.toMatchObject({ kind: "unavailable" });
    await write(here.ledger, "a");
    await until(() => there.told.filter((trouble) => trouble !== undefined).length > 2);
    // Two to three questions, one write, and a try to listen every half second.
    expect(proxy.accepted - taken).toBeLessThan(30);
    proxy.mend();
    await until(shows(there.ledger, "a"));
    await until(() => there.told.at(-1) === undefined);
    await write(there.ledger, "b");
    await until(shows(here.ledger, "b"), SOON_MS);
  });
});
