import { afterEach, expect, it } from "vitest";
import { sample } from "../../state/sample-documents.ts";
import { CLAIM_HELD_MS, type Claim } from "../idempotency-store.ts";
import type { Store, UnitOfWork } from "../port.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { describePostgres } from "./testing/database.ts";
import { until } from "./testing/until.ts";

const first: Claim = { caller: "t1", key: "k1", digest: "d1", holder: "h1", at: 1 };
const second: Claim = { ...first, holder: "h2", at: first.at + CLAIM_HELD_MS };

function work({ caller, key, holder }: Claim): UnitOfWork {
  return {
    project: "default",
    expectedRevision: 0,
    at: 1,
    actor: { type: "token", id: "t1", name: "ada" },
    action: "test",
    items: [sample.flag("a")],
    views: [],
    viewFormat: 1,
    claim: { caller, key, holder, answer: holder },
  };
}

await describePostgres("a claim and a commit that meet in PostgreSQL", ({ url, freshSchema, sql }) => {
  const stores: Store[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });
  const prepare = async () => {
    const schema = await freshSchema();
    const named = new URL(url);
    named.searchParams.set("application_name", schema);
    const store = await openPostgresStore({ url: named.href, schema, at: 1 });
    stores.push(store);
    await store.addProject("default");
    await store.idempotency.claim(first);
    const waiting = async (): Promise<number> => {
      const rows = await sql`
        SELECT FROM pg_stat_activity WHERE application_name = ${schema} AND wait_event_type = 'Lock'`;
      return rows.length;
    };
    return { schema, store, waiting };
  };

  it("leave the claim to a commit that has begun, however long that waits for the counter", async () => {
    const { schema, store, waiting } = await prepare();
    const { commit, taken } = await sql.begin(async (transaction) => {
      await transaction`SELECT FROM ${sql(schema)}.projects FOR UPDATE`;
      const begun = store.commit(work(first));
      await until(async () => (await waiting()) === 1);
      const taking = store.idempotency.claim(second);
      await until(async () => (await waiting()) === 2);
      return { commit: [begun], taken: [taking] };
    });
    expect(await commit[0]).toMatchObject({ ok: true });
    expect(await taken[0]).toEqual({ digest: "d1", answer: "h1" });
  });

  it("let no commit through that began while its claim was being taken over", async () => {
    const { schema, store, waiting } = await prepare();
    const commit = await sql.begin(async (transaction) => {
      await transaction`UPDATE ${sql(schema)}.idempotency_keys SET holder = ${second.holder}`;
      const begun = store.commit(work(first));
      await until(async () => (await waiting()) === 1);
      return [begun.catch((error: unknown) => error)];
    });
    expect(await commit[0]).toMatchObject({ name: "ClaimLost" });
    expect(await store.revision("default")).toBe(0);
    expect(await store.commit(work(second))).toMatchObject({ ok: true });
  });
});
