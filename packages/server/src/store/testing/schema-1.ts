/** A database of schema 1 with what a program of that schema wrote into it, and what every later one must find there. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { loadState } from "../../state/fold.ts";
import type { Store } from "../port.ts";

/** Rows for the tables of schema 1, as statements that every database understands. */
export const schema1Rows = readFileSync(new URL("./fixtures/schema-1.sql", import.meta.url), "utf8");

/** How many rows each table of schema 1 has, for comparing before and after. */
export const schema1Tables: ReadonlyMap<string, number> = new Map(
  ["installation", "projects", "changes", "change_items", "documents", "view_entities", "credentials"].map((table) => [
    table,
    schema1Rows.split("\n").filter((line) => line.startsWith(`INSERT INTO ${table} `)).length,
  ]),
);

const HEAD = "038a5ff48d08620b14afd5756707faf9ed074e462920583a789bb1f7f07161b9";

/** Everything is there as it was written: the chain to its last hash, documents, views, the past. */
export async function expectSchema1(store: Store): Promise<void> {
  expect(store.epoch).toBe("c329f746-434c-49cf-9713-9096e050a5c0");
  expect(await store.projects()).toEqual(["_system", "default"]);
  expect(await store.verify("default")).toEqual({ ok: true, head: HEAD, checked: 10 });
  expect(await store.verify("_system")).toMatchObject({ ok: true, checked: 2 });
  const stored = await store.load("default");
  const state = loadState(stored);
  expect(state.unreadable.size).toBe(0);
  expect([...state.flags.keys()].sort()).toEqual(["checkout", "colour"]);
  expect(state.segments.get("staff")?.document).toMatchObject({ included: ["u1", "u3"], excluded: ["x"] });
  expect(stored.entities).toHaveLength(schema1Tables.get("view_entities") ?? 0);
  const past = loadState({ ...stored, documents: await store.documentsAt("default", 8) });
  expect(past.segments.get("staff")?.document.included).toEqual(["u1", "u3"]);
  expect(past.segments.has("gone")).toBe(true);
  expect(await store.digests()).toHaveLength(schema1Tables.get("credentials") ?? 0);
  expect(await store.lists.of("default")).toEqual([]);
}
