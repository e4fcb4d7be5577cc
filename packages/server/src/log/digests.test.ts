import { expect, it, vi } from "vitest";
import { sample } from "../state/sample-documents.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { SYSTEM_PROJECT } from "../store/port.ts";
import { Ledger } from "./ledger.ts";

const actor = { type: "token", id: "t1", name: "ada" } as const;
const reports = { unreadable: () => undefined, listenerFailed: () => undefined };
const digestOf = (id: string) => ({ id, digest: `digest of ${id}`, project: "default" });

async function withKeys(store: MemoryStore, ...ids: readonly string[]): Promise<Ledger> {
  const ledger = await Ledger.open({ store, reports, at: 1 });
  await ledger.execute({ project: SYSTEM_PROJECT, actor, at: 1 }, () => {
    return { ok: true, action: "x", items: [sample.project("default")], result: undefined };
  });
  for (const id of ids) await makeKey(ledger, id);
  return ledger;
}

const makeKey = (ledger: Ledger, id: string) =>
  ledger.execute({ project: "default", actor, at: 1 }, () => {
    return { ok: true, action: "x", items: [sample.key(id)], credentials: [digestOf(id)], result: undefined };
  });

it("knows every digest without the database: of keys from before the start, of its own, of other nodes'", async () => {
  const store = new MemoryStore({ epoch: "e1" });
  const other = await withKeys(store, "old");
  const ledger = await Ledger.open({ store, reports, at: 1 });
  await makeKey(ledger, "own");
  await other.catchUp("default");
  await makeKey(other, "another");
  await ledger.catchUp("default");
  await vi.waitFor(() => expect(ledger.knownDigest("another")).toBeDefined(), { timeout: 60_000 });
  vi.spyOn(store, "digest").mockRejectedValue(new Error("away"));
  for (const id of ["old", "own", "another"]) expect(ledger.knownDigest(id)).toEqual(digestOf(id));
});

it("asks the database for a digest that it could not learn in time, and for no other", async () => {
  const store = new MemoryStore({ epoch: "e1" });
  const ledger = await withKeys(store);
  const asked = vi.spyOn(store, "digest").mockRejectedValueOnce(new Error("away"));
  await makeKey(ledger, "k1");
  expect(ledger.knownDigest("k1")).toBeUndefined();
  expect(await ledger.digest("k1")).toEqual(digestOf("k1"));
  expect(await ledger.digest("k1")).toEqual(digestOf("k1"));
  expect(asked).toHaveBeenCalledTimes(2);
  expect(await ledger.digest("unknown")).toBeUndefined();
});
