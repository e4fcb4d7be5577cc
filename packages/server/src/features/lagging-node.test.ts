/**
 * Two nodes on one database, of which the second hears nothing of what the first writes. What it refuses has to be so by the
 * database, and not by what it has read of it so far.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StoreFault } from "../store/fault.ts";
import { MemoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/port.ts";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { describePostgres } from "../store/postgres/testing/database.ts";
import { createHarness, FLAGS, field, type Harness, START } from "../testing/harness.ts";
import { runSchedules } from "./schedules/run.ts";

/** One that other processes may write to, and that tells nobody. */
class SharedStore extends MemoryStore {
  isAway = false;
  asked = 0;

  async revisions(): Promise<ReadonlyMap<string, number>> {
    this.asked += 1;
    if (this.isAway) throw new StoreFault("unavailable", "The database is away.");
    const keys = await this.projects();
    return new Map(await Promise.all(keys.map(async (key) => [key, await this.revision(key)] as const)));
  }
}

const PROJECT = "/api/v1/projects/default";
const PRODUCTION = `${PROJECT}/environments/production`;
const TARGETING = `${FLAGS}/a/environments/production`;
const ON = { enabled: true, off: "off", prerequisites: [], targets: [], rules: [], fallthrough: { variant: "on" } };

/** `connect` opens the database of the test once more, for a node that nobody tells of changes. */
function nodesThatLag(connect: () => Promise<Store>): void {
  let ahead: Harness;
  let lagging: Harness;
  const node = async () => createHarness({ store: await connect() });

  beforeEach(async () => {
    ahead = await node();
    await ahead.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    lagging = await node();
  });

  const ifMatch = (etag: string | null) => ({ "if-match": etag ?? "" });

  it("takes the ETag that another node gave", async () => {
    const { headers } = await ahead.ask(`PATCH ${TARGETING}`, { body: { enabled: true } });
    const body = { fallthrough: { variant: "off" } };
    const got = await lagging.ask(`PATCH ${TARGETING}`, { body, headers: ifMatch(headers.get("etag")) });
    expect(got).toMatchObject({ status: 200, body: { enabled: true, fallthrough: { variant: "off" } } });
  });

  it("refuses the one before by the one that is right now", async () => {
    const read = await lagging.ask(`GET ${TARGETING}`);
    const { headers } = await ahead.ask(`PATCH ${TARGETING}`, { body: { enabled: true } });
    const got = await lagging.ask(`PUT ${TARGETING}`, { body: ON, headers: ifMatch(read.headers.get("etag")) });
    expect([got.status, got.headers.get("etag")]).toEqual([412, headers.get("etag")]);
    const wrong = await lagging.ask(`PUT ${TARGETING}`, { body: ON, headers: ifMatch('"1000"') });
    expect([wrong.status, wrong.headers.get("etag")]).toEqual([412, headers.get("etag")]);
  });

  it.each<
    [what: string, first: string, body: object | undefined, then: string, sent: object | undefined, status: number]
  >([
    ["a flag that was made", `POST ${FLAGS}`, { key: "b" }, `GET ${FLAGS}/b`, undefined, 200],
    ["a flag that is to be changed", `POST ${FLAGS}`, { key: "b" }, `PATCH ${FLAGS}/b`, { description: "d" }, 200],
    [
      "a flag that another needs",
      `POST ${FLAGS}`,
      { key: "b" },
      `PATCH ${TARGETING}`,
      { prerequisites: [{ flag: "b", variants: ["on"] }] },
      200,
    ],
    [
      "a segment that a rule names",
      `POST ${PROJECT}/segments`,
      { key: "s" },
      `PATCH ${TARGETING}`,
      { rules: [{ when: { segment: "s" }, serve: { variant: "on" } }] },
      200,
    ],
    [
      "an environment",
      `POST ${PROJECT}/environments`,
      { key: "new" },
      `GET ${PROJECT}/environments/new/ruleset`,
      undefined,
      200,
    ],
    ["a project", "POST /api/v1/projects", { key: "new" }, "POST /api/v1/projects/new/flags", { key: "a" }, 201],
    [
      "the end of a freeze",
      `DELETE ${PRODUCTION}/freezes/now`,
      undefined,
      `PATCH ${TARGETING}`,
      { enabled: true },
      200,
    ],
    [
      "the end of an invariant",
      `DELETE ${PROJECT}/invariants/off`,
      undefined,
      `POST ${FLAGS}/a/environments/staging/enable`,
      {},
      200,
    ],
    [
      "the end of protection",
      `PATCH ${PROJECT}/environments/development`,
      { protected: false },
      `PATCH ${FLAGS}/a/environments/development`,
      { enabled: true },
      200,
    ],
  ])("knows of %s when it matters", async (_, first, body, then, sent, status) => {
    const until = "2999-01-01T00:00:00Z";
    await ahead.ask(`POST ${PRODUCTION}/freezes`, { body: { key: "now", until } });
    const stated = { key: "off", environment: "staging", flag: "a", context: {}, serves: ["off"] };
    await ahead.ask(`POST ${PROJECT}/invariants`, { body: stated });
    await ahead.ask(`PATCH ${PROJECT}/environments/development`, { body: { protected: true } });
    if (!/freeze/.test(first)) await ahead.ask(`DELETE ${PRODUCTION}/freezes/now`);
    const token = await ahead.makeToken("editor");
    const admin = await ahead.makeToken("admin");
    lagging = await node();
    expect((await ahead.ask(first, { ...(body && { body }) })).status).toBeLessThan(300);
    const asked = { token: then.includes("development") ? token : admin, ...(sent && { body: sent }) };
    expect(await lagging.ask(then, asked)).toMatchObject({ status });
  });

  it.each([
    ["a kill", `POST ${TARGETING}/kill`, false],
    ["a switch", `POST ${TARGETING}/disable`, false],
    ["a patch", `PATCH ${TARGETING}`, false],
  ])("does not take %s for done because it was so before", async (_, what, enabled) => {
    await ahead.ask(`POST ${TARGETING}/enable`);
    const got = await lagging.ask(what, { body: what.startsWith("PATCH") ? { enabled } : {} });
    expect(got).toMatchObject({ status: 200, body: { enabled } });
    await ahead.ledger.readOn();
    expect((await ahead.ask(`GET ${TARGETING}`)).body).toMatchObject({ enabled });
  });

  it("lets no schedule lapse for a freeze that is over", async () => {
    const at = new Date(START + 3_600_000).toISOString();
    const until = "2999-01-01T00:00:00Z";
    await ahead.ask(`POST ${TARGETING}/schedules`, { body: { at, change: { enabled: true } } });
    await ahead.ask(`POST ${PRODUCTION}/freezes`, { body: { key: "now", until } });
    lagging = await node();
    await ahead.ask(`DELETE ${PRODUCTION}/freezes/now`);
    lagging.advance(7_200_000);
    await runSchedules(lagging.services);
    expect((await lagging.ask(`GET ${TARGETING}`)).body).toMatchObject({ enabled: true });
    const { body } = await lagging.ask(`GET ${PROJECT}/changes?limit=1`);
    expect(field(body, "items", 0, "action")).toBe("schedule.apply");
  });

  it("lets in who was let in a moment ago, by a token or a key of a project that is new too", async () => {
    const token = await ahead.makeToken("viewer");
    expect((await lagging.ask(`GET ${FLAGS}/a`, { token })).status).toBe(200);
    await ahead.ask("POST /api/v1/projects", { body: { key: "new" } });
    const key = await ahead.makeKey("server", "production", "new");
    expect((await lagging.ask("GET /sdk/v1/ruleset", { token: key })).status).toBe(200);
  });

  it("answers a request with an Idempotency-Key as any other", async () => {
    await ahead.ask(`POST ${FLAGS}`, { body: { key: "b" } });
    const asked = { headers: { "idempotency-key": "k" } };
    const got = await lagging.ask(`POST ${FLAGS}/b/archive`, asked);
    expect(got).toMatchObject({ status: 200, body: { key: "b" } });
    expect((await ahead.ask(`POST ${FLAGS}/b/archive`, asked)).text).toBe(got.text);
  });
}

describe("a node that lags", () => {
  let shared: SharedStore;
  beforeEach(() => {
    shared = new SharedStore({ epoch: "epoch1" });
  });
  nodesThatLag(async () => shared);

  const settled = async () => {
    const ahead = await createHarness({ store: shared });
    await ahead.ask(`POST ${FLAGS}`, { body: { key: "a" } });
    return { ahead, lagging: await createHarness({ store: shared }) };
  };

  it("cannot say that anything is done while the database is away", async () => {
    const { lagging } = await settled();
    shared.isAway = true;
    const got = await lagging.ask(`POST ${TARGETING}/kill`);
    expect(got).toMatchObject({ status: 503, body: { code: "store_unavailable" } });
  });

  it("asks the database nothing for a key or a token that is wrong, and once where it is right to refuse", async () => {
    const { ahead, lagging } = await settled();
    const before = shared.asked;
    await lagging.ask(`GET ${FLAGS}/a`, { token: "let-me-in" });
    await lagging.ask(`GET ${FLAGS}/a`, { token: (await ahead.makeToken("viewer")).replace(/_[^_]+_[^_]+$/, "_x") });
    await lagging.ask(`POST ${FLAGS}`, { body: "{" });
    await lagging.ask(`POST ${FLAGS}`, { body: { key: 7 } });
    expect(shared.asked).toBe(before);
    expect((await lagging.ask(`GET ${FLAGS}/nothing`)).status).toBe(404);
    expect(shared.asked).toBe(before + 1);
  });

  it("refuses by what it knows while the database is away", async () => {
    const { lagging } = await settled();
    shared.isAway = true;
    const before = shared.asked;
    for (const _ of [1, 2]) expect((await lagging.ask(`GET ${FLAGS}/nothing`)).status).toBe(404);
    expect(field((await lagging.ask("GET /readyz")).body, "status")).toBe("degraded");
    expect(shared.asked - before, "what is known to be away is not asked").toBe(1);
  });
});

await describePostgres("nodes on PostgreSQL that hear nothing of each other", ({ url, freshSchema }) => {
  let schema: string;
  const opened: Store[] = [];
  beforeEach(async () => {
    schema = await freshSchema();
  });
  afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())));
  nodesThatLag(async () => {
    const store = await openPostgresStore({ url, schema, at: START, notifications: false });
    opened.push(store);
    return store;
  });
});
