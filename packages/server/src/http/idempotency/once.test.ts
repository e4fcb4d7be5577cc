import { describe, expect, it } from "vitest";
import { StoreFault } from "../../store/fault.ts";
import { CLAIM_HELD_MS } from "../../store/idempotency-store.ts";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import type { Store } from "../../store/port.ts";
import { openPostgresStore } from "../../store/postgres/postgres-store.ts";
import { describePostgres } from "../../store/postgres/testing/database.ts";
import { openSqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { temporaryFiles } from "../../store/sqlite/temporary-folder.ts";
import { createHarness, FLAGS, field, type Got, type Harness } from "../../testing/harness.ts";

const CHANGES = "/api/v1/projects/default/changes";
const STAGING = `${FLAGS}/a/environments/staging`;
const freshFile = temporaryFiles();
const headers = { "idempotency-key": "k-1" };
const make = (api: Harness, key = "a", more: object = {}) =>
  api.ask(`POST ${FLAGS}`, { body: { key }, headers, ...more });
const isReplay = ({ headers: got }: Got) => got.get("idempotency-replayed") === "true";
const revision = (api: Harness) => Number(api.ledger.state("default")?.revision);

async function emptyMemory() {
  const store = new MemoryStore({ epoch: "e1" });
  return { store, api: await createHarness({ store }) };
}

/** Lets the next commit of a claimed request wait at the database's door. */
function holdCommit(store: Store): { readonly arrived: Promise<void>; readonly letGo: () => void } {
  const commit = store.commit.bind(store);
  const { passed: arrived, open: arrive } = gate();
  const { passed: free, open: letGo } = gate();
  store.commit = async (...works) => {
    if (works.every(({ claim }) => claim === undefined)) return commit(...works);
    store.commit = commit;
    arrive();
    await free;
    return commit(...works);
  };
  return { arrived, letGo };
}

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

describe("a request with an Idempotency-Key", () => {
  it("F32: sent twice has one effect, and gets the first answer again whatever has changed since", async () => {
    const { api } = await emptyMemory();
    const first = await make(api);
    expect([first.status, isReplay(first)]).toEqual([201, false]);
    await api.ask(`PATCH ${FLAGS}/a`, { body: { description: "another" } });
    const stands = revision(api);
    const again = await make(api);
    expect([again.status, again.text, again.headers.get("etag")]).toEqual([201, first.text, first.headers.get("etag")]);
    expect([isReplay(again), revision(api)]).toEqual([true, stands]);
  });

  it("is refused while the first is carried out, and gets its answer then", async () => {
    const { api, store } = await emptyMemory();
    const { arrived, letGo } = holdCommit(store);
    const first = make(api);
    await arrived;
    const early = await make(api);
    expect(early).toMatchObject({ status: 409, body: { code: "idempotency_key_in_use" } });
    expect(early.headers.get("retry-after")).toBe("1");
    letGo();
    expect((await first).status).toBe(201);
    expect(isReplay(await make(api))).toBe(true);
  });

  it.each([
    ["another body", [`POST ${FLAGS}`, { key: "a" }], [`POST ${FLAGS}`, { key: "b" }]],
    ["another address", [`POST ${FLAGS}/x/archive`, {}], [`POST ${FLAGS}/y/archive`, {}]],
  ] as const)("is refused where the key stands for %s", async (_, [first, body], [second, other]) => {
    const { api } = await emptyMemory();
    for (const key of ["x", "y"]) await api.ask(`POST ${FLAGS}`, { body: { key } });
    expect((await api.ask(first, { body, headers })).status).toBeLessThan(300);
    const stands = revision(api);
    const got = await api.ask(second, { body: other, headers });
    expect(got).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    expect(revision(api)).toBe(stands);
  });

  it("takes a body that is written otherwise and says the same for the same", async () => {
    const { api } = await emptyMemory();
    await make(api);
    const spaced = await api.ask(`POST ${FLAGS}`, { body: '{ "key": "a" }', headers });
    expect(isReplay(spaced)).toBe(true);
  });

  it("is another's where another token sent it", async () => {
    const { api } = await emptyMemory();
    await make(api);
    const token = await api.makeToken("admin");
    expect(await make(api, "b", { token })).toMatchObject({ status: 201 });
    expect(isReplay(await make(api, "b", { token }))).toBe(true);
    expect(isReplay(await make(api))).toBe(true);
  });

  it("tells nothing to who may not do it any more", async () => {
    const { api } = await emptyMemory();
    const token = await api.makeToken("editor");
    const { id } = [...api.ledger.system().tokens.values()][0]?.document ?? {};
    await make(api, "a", { token });
    await api.ask(`DELETE /api/v1/tokens/${id}`);
    expect(await make(api, "a", { token })).toMatchObject({ status: 401 });
  });

  it("keeps no refusal: the same key does for the request that is mended", async () => {
    const { api } = await emptyMemory();
    const what = `POST ${STAGING}/enable`;
    expect(await api.ask(what, { body: {}, headers })).toMatchObject({ status: 404 });
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    const stale = await api.ask(what, { body: {}, headers: { ...headers, "if-match": '"1"' } });
    expect(stale).toMatchObject({ status: 412 });
    const mended = await api.ask(what, { body: { comment: "now" }, headers });
    expect([mended.status, isReplay(mended)]).toEqual([200, false]);
  });

  it("is carried out anew after a fault of the database, which kept nothing of it", async () => {
    const { api, store } = await emptyMemory();
    const commit = store.commit.bind(store);
    store.commit = async () => {
      store.commit = commit;
      throw new StoreFault("full", "no room");
    };
    expect(await make(api)).toMatchObject({ status: 507 });
    const again = await make(api);
    expect([again.status, isReplay(again)]).toEqual([201, false]);
  });

  it("says that the database is away where it cannot be claimed, and changes nothing", async () => {
    const { api, store } = await emptyMemory();
    store.idempotency.claim = () => Promise.reject(new StoreFault("unavailable", "gone"));
    expect(await make(api)).toMatchObject({ status: 503, body: { code: "store_unavailable" } });
    expect(api.services.state.status).toBe("degraded");
    expect(api.ledger.state("default")?.flags.size).toBe(0);
  });

  it("keeps the answer where there was nothing to change", async () => {
    const { api } = await emptyMemory();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    const disable = () => api.ask(`POST ${STAGING}/disable`, { body: {}, headers });
    const first = await disable();
    await api.ask(`POST ${STAGING}/enable`, { body: {} });
    const again = await disable();
    expect([again.text, isReplay(again)]).toEqual([first.text, true]);
    expect((await api.ask(`GET ${STAGING}`)).body).toMatchObject({ enabled: true });
  });

  it("keeps the answer of a dry run, which is another request than the change", async () => {
    const { api } = await emptyMemory();
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    const { body: now } = await api.ask(`GET ${STAGING}`);
    const after = { ...Object(now), enabled: true };
    const items = [{ flag: "a", environment: "staging", after }];
    const send = (body: object) => api.ask(`POST ${CHANGES}`, { body, headers });
    const first = await send({ dryRun: true, items });
    expect(field(first.body, "dryRun")).toBe(true);
    const again = await send({ dryRun: true, items });
    expect([again.text, isReplay(again)]).toEqual([first.text, true]);
    expect(await send({ items })).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
  });

  it.each(["", "two words", "é", "x".repeat(256)])("is refused with the key %j", async (key) => {
    const { api } = await emptyMemory();
    const got = await make(api, "a", { headers: { "idempotency-key": key } });
    expect(got).toMatchObject({ status: 400, body: { code: "malformed_request" } });
  });

  it.each(["~", '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "x".repeat(255)])("may have the key %j", async (key) => {
    const { api } = await emptyMemory();
    expect(await make(api, "a", { headers: { "idempotency-key": key } })).toMatchObject({ status: 201 });
    expect(isReplay(await make(api, "a", { headers: { "idempotency-key": key } }))).toBe(true);
  });

  it("is looked at by no request that only reads or is no POST, however wrong its key", async () => {
    const { api, store } = await emptyMemory();
    await make(api);
    store.idempotency.claim = () => Promise.reject(new Error("asked"));
    const evaluate = "POST /api/v1/projects/default/environments/staging/evaluate";
    for (const [what, body] of [
      [`GET ${FLAGS}`, undefined],
      [`PATCH ${FLAGS}/a`, { description: "x" }],
      [`PUT ${STAGING}/rollout`, { percentage: 5 }],
      [evaluate, {}],
      [`POST ${STAGING}/preview`, { enabled: true }],
    ] as const) {
      const got = await api.ask(what, { ...(body && { body }), headers: { "idempotency-key": "two words" } });
      expect([what, got.status]).toEqual([what, 200]);
    }
  });
});

describe("a request whose process died before it was carried out", () => {
  it("is another process's after a minute; the first, if it lives, changes nothing then", async () => {
    const { api, store } = await emptyMemory();
    const { arrived, letGo } = holdCommit(store);
    const first = make(api);
    await arrived;
    const next = await createHarness({ store });
    expect(await make(next)).toMatchObject({ status: 409, body: { code: "idempotency_key_in_use" } });
    next.advance(CLAIM_HELD_MS);
    const second = await make(next);
    expect([second.status, isReplay(second)]).toEqual([201, false]);
    letGo();
    expect(await first).toMatchObject({ status: 409, body: { code: "idempotency_key_in_use" } });
    expect((await make(api)).text).toBe(second.text);
    expect(await store.revision("default")).toBe(revision(next));
    expect(await store.verify("default")).toMatchObject({ ok: true });
  });

  it("F24: is claimed still when SQLite is opened again, and free after a minute", async () => {
    const file = freshFile();
    const store = await openSqliteStore({ file, at: 1 });
    const { arrived } = holdCommit(store);
    void make(await createHarness({ store }));
    await arrived;
    await store.close();
    const reopened = await openSqliteStore({ file, at: 2 });
    const next = await createHarness({ store: reopened });
    expect(await make(next)).toMatchObject({ status: 409, body: { code: "idempotency_key_in_use" } });
    next.advance(CLAIM_HELD_MS);
    const second = await make(next);
    await reopened.close();
    const third = await openSqliteStore({ file, at: 3 });
    const again = await make(await createHarness({ store: third }));
    expect([again.status, again.text, isReplay(again)]).toEqual([201, second.text, true]);
    await third.close();
  });
});

await describePostgres("requests with an Idempotency-Key at two nodes of one PostgreSQL", ({ url, freshSchema }) => {
  it("have one effect and one answer, wherever they are sent", async () => {
    const schema = await freshSchema();
    const stores = [await openPostgresStore({ url, schema, at: 1 }), await openPostgresStore({ url, schema, at: 1 })];
    const nodes: Harness[] = [];
    for (const store of stores) nodes.push(await createHarness({ store }));
    const sent = await Promise.all([...nodes, ...nodes, ...nodes].map((api) => make(api)));
    expect(sent.filter((got) => got.status === 201 && !isReplay(got))).toHaveLength(1);
    expect(sent.every(({ status }) => [201, 409].includes(status))).toBe(true);
    const [first] = sent.filter(({ status }) => status === 201);
    for (const api of nodes) {
      const again = await make(api);
      expect([again.text, isReplay(again)]).toEqual([first?.text, true]);
    }
    const changes = await stores[0]?.changes("default", { flag: "a", limit: 10 });
    expect(changes).toHaveLength(1);
    for (const store of stores) await store.close();
  });

  it("are refused at one while the other carries them out", async () => {
    const schema = await freshSchema();
    const stores = [await openPostgresStore({ url, schema, at: 1 }), await openPostgresStore({ url, schema, at: 1 })];
    const [one, other] = stores;
    if (one === undefined || other === undefined) throw new TypeError("There are two.");
    const [here, there] = [await createHarness({ store: one }), await createHarness({ store: other })];
    const { arrived, letGo } = holdCommit(one);
    const first = make(here);
    await arrived;
    expect(await make(there)).toMatchObject({ status: 409, body: { code: "idempotency_key_in_use" } });
    there.advance(CLAIM_HELD_MS);
    const second = await make(there);
    letGo();
    expect(await first).toMatchObject({ status: 409, body: { code: "idempotency_key_in_use" } });
    expect((await make(here)).text).toBe(second.text);
    for (const store of stores) await store.close();
  });
});
