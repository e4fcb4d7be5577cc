import { afterEach, expect, it } from "vitest";
import { Ledger } from "../../log/ledger.ts";
import type { Renewed } from "../../log/renewal.ts";
import type { Item } from "../../state/documents.ts";
import { sample } from "../../state/sample-documents.ts";
import { SYSTEM_PROJECT } from "../port.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { describePostgres } from "./testing/database.ts";
import { until } from "./testing/until.ts";

const actor = { type: "token", id: "t1", name: "ada" } as const;

/** What a failover that lost commits leaves: every table as it was at a revision of the project. */
const cutBack = (revision: number) => `
  SET LOCAL session_replication_role = replica;
  DELETE FROM changes WHERE project = 'default' AND revision > ${revision};
  DELETE FROM change_items WHERE project = 'default' AND revision > ${revision};
  DELETE FROM documents WHERE project = 'default' AND revision > ${revision};
  DELETE FROM view_entities WHERE project = 'default' AND version > ${revision};
  UPDATE projects SET revision = ${revision}, head = (
    SELECT hash FROM changes WHERE project = 'default' AND revision = ${revision}) WHERE key = 'default';`;

await describePostgres("two nodes whose database lost commits (F22)", ({ url, freshSchema, sql }) => {
  const nodes: Ledger[] = [];
  const renewals: Renewed[] = [];
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.close();
    renewals.splice(0);
  });

  const start = async (schema: string): Promise<Ledger> => {
    const reports = {
      unreadable: () => undefined,
      listenerFailed: () => undefined,
      renewed: (renewed: Renewed) => void renewals.push(renewed),
    };
    const ledger = await Ledger.open({ store: await openPostgresStore({ url, schema, at: 1 }), reports, at: 1 });
    ledger.follow(() => undefined);
    nodes.push(ledger);
    return ledger;
  };
  const write = (ledger: Ledger, items: readonly Item[], project = "default") =>
    ledger.execute({ project, actor, at: 5 }, () => ({ ok: true, action: "test", items, result: undefined }));
  const flagsOf = (ledger: Ledger): string[] =>
    Object.keys(ledger.view("default", "production", "server")?.ruleset().flags ?? {}).sort();

  it("come to one new epoch, show what the database holds, and go on", async () => {
    const schema = await freshSchema();
    const here = await start(schema);
    await write(here, [sample.project("default")], SYSTEM_PROJECT);
    await write(here, [sample.environment("production")]);
    for (const key of ["a", "b", "c"]) await write(here, [sample.flag(key), sample.targeting(key)]);
    const there = await start(schema);
    const { epoch } = here;
    await sql.unsafe(`SET LOCAL search_path = ${schema}; ${cutBack(2)}`);
    await until(() => nodes.every((node) => node.epoch !== epoch));
    expect(there.epoch).toBe(here.epoch);
    expect([flagsOf(here), flagsOf(there)]).toEqual([["a"], ["a"]]);
    expect(renewals.map(({ made }) => made).sort()).toEqual([false, true]);
    await write(there, [sample.flag("d"), sample.targeting("d")]);
    await until(() => flagsOf(here).includes("d"));
    expect([flagsOf(here), flagsOf(there)]).toEqual(Array(2).fill(["a", "d"]));
    expect(await here.verify("default")).toMatchObject({ ok: true, checked: 3 });
    const [stored] = await sql.unsafe(`SELECT epoch FROM ${schema}.installation`);
    expect(stored?.epoch).toBe(here.epoch);
  });
});
