import { afterEach, describe, expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import type { Store } from "../port.ts";
import { describeStore } from "../store-contract.ts";
import { describeTampering, writeHistory } from "../testing/tampering.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { describePostgres } from "./testing/database.ts";

const reports = { unreadable: () => undefined, listenerFailed: () => undefined };

await describePostgres("the PostgreSQL store", ({ url, lend, freshSchema, sql }) => {
  const withSettings = (settings: { readonly [name: string]: string }): string => {
    const changed = new URL(url);
    for (const [name, value] of Object.entries(settings)) changed.searchParams.set(name, value);
    return changed.href;
  };

  describeStore(async () => {
    const { schema, giveBack } = await lend();
    const store = await openPostgresStore({ url, schema, at: 1 });
    let open = true;
    const close = store.close.bind(store);
    store.close = async () => {
      await close();
      if (open) giveBack();
      open = false;
    };
    return store;
  });

  describe("whose history is edited by hand (F44)", () => {
    const given: (() => void)[] = [];
    afterEach(() => {
      for (const giveBack of given.splice(0)) giveBack();
    });
    describeTampering(async () => {
      const { schema, giveBack } = await lend();
      given.push(giveBack);
      return {
        open: () => openPostgresStore({ url, schema, at: 1 }),
        async edit(statements) {
          // A message of several statements is one transaction, to which the settings are local.
          await sql.unsafe(
            `SET LOCAL session_replication_role = replica; SET LOCAL search_path = ${schema}; ${statements}`,
          );
        },
      };
    });
  });

  it("keeps its epoch and everything else over a restart, and gives each database an epoch of its own", async () => {
    const [schema, another] = [await freshSchema(), await freshSchema()];
    const open = (where: string): Promise<Store> => openPostgresStore({ url, schema: where, at: 1 });
    await writeHistory(await open(schema));
    const [first, second, other] = [await open(schema), await open(schema), await open(another)];
    expect(await second.load("default")).toEqual(await first.load("default"));
    expect(second.epoch).toBe(first.epoch);
    expect(other.epoch).not.toBe(first.epoch);
    for (const store of [first, second, other]) await store.close();
  });

  it("serves the same views after a restart, tombstones included, and what a damaged document does not touch", async () => {
    const schema = await freshSchema();
    await writeHistory(await openPostgresStore({ url, schema, at: 1 }));
    await sql`UPDATE ${sql(schema)}.documents SET document = '{' WHERE kind = 'segment'`;
    const told: unknown[] = [];
    const unreadable = (_: string, document: unknown): unknown => told.push(document);
    const store = await openPostgresStore({ url, schema, at: 1 });
    const ledger = await Ledger.open({ store, reports: { ...reports, unreadable }, at: 9 });
    const view = ledger.view("default", "production", "server");
    expect(view?.ruleset()).toMatchObject({ revision: 3, flags: { a: { version: 3, enabled: false } } });
    expect(view?.deltaSince(2)).toMatchObject({ from: 2, to: 3, flags: { a: { version: 3 }, b: null } });
    expect(told).toEqual([expect.objectContaining({ kind: "segment", key: "s", reason: "it is no JSON" })]);
    await ledger.close();
  });

  it.each(["off", "local", "remote_write"])("does not start where commits are not durable: %s", async (setting) => {
    const opened = openPostgresStore({ url: withSettings({ synchronous_commit: setting }), at: 1 });
    await expect(opened).rejects.toMatchObject({ name: "StoreFault", kind: "unavailable" });
    await expect(opened).rejects.toThrow(`synchronous_commit is ${setting}`);
  });

  it("may be told to wait for standbys to apply what they got", async () => {
    const { schema, giveBack } = await lend();
    const store = await openPostgresStore({ url: withSettings({ synchronous_commit: "remote_apply" }), schema, at: 1 });
    await store.close();
    giveBack();
  });

  it("does not start in a database that keeps no Unicode", async () => {
    const name = await freshSchema();
    await sql.unsafe(`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`);
    const elsewhere = new URL(url);
    elsewhere.pathname = `/${name}`;
    try {
      await expect(openPostgresStore({ url: elsewhere.href, at: 1 })).rejects.toThrow("keeps text as SQL_ASCII");
    } finally {
      await sql.unsafe(`DROP DATABASE ${name}`);
    }
  });

  it.each([
    ["nothing listens", { port: "1" }, /^No database answers at [^@ ]+:1 \(ECONNREFUSED\)\. Start it/],
    ["there is no such database", { pathname: "/nowhere-at-all" }, /no such database.*3D000/],
    ["there is no such user", { username: "nobody-at-all" }, /refused the user/],
  ])("says in one line, without a secret, that %s", async (_, parts, message) => {
    const wrong = Object.assign(new URL(url), { password: "canary-password" }, parts);
    const opened = openPostgresStore({ url: wrong.href, at: 1 });
    await expect(opened).rejects.toMatchObject({ name: "StoreFault", kind: "unavailable" });
    await expect(opened).rejects.toThrow(message);
    await opened.catch((error: unknown) => expect(`${error}${JSON.stringify(error)}`).not.toMatch(/canary|\n/));
  });
});
