import { gzipSync } from "node:zlib";
import { MAX_EVENTS_BYTES } from "@bannerol/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { StoreFault } from "../../store/fault.ts";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const ENVIRONMENT = "/api/v1/projects/default/environments/production";

describe("POST /sdk/v1/events", () => {
  let api: Harness;
  let store: MemoryStore;
  let token: string;

  beforeEach(async () => {
    store = new MemoryStore({ epoch: "epoch1" });
    api = await createHarness({ store });
    token = api.keys.get("production") ?? "";
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
  });

  const batch = (id: string, more: object = {}) => ({ id, instance: "i1", sdk: { name: "t", version: "1" }, ...more });
  const served = (count: number, more: object = {}) => ({
    flag: "a",
    variant: "on",
    reason: "DEFAULT",
    count,
    ...more,
  });
  const send = (body: unknown, headers: Record<string, string> = {}, key = token) =>
    api.ask("POST /sdk/v1/events", { token: key, body, headers });
  /** As bytes, which the harness's own requests cannot carry. */
  const sendBytes = async (bytes: Uint8Array<ArrayBuffer>, encoding = "gzip") => {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-encoding": encoding,
    };
    const answer = await api.app.request("/sdk/v1/events", { method: "POST", headers, body: bytes });
    return answer.status;
  };
  const usage = async (query = "") => (await api.ask(`GET ${FLAGS}/a/usage${query}`)).body;
  const production = async (query = "") => {
    const environments = field(await usage(query), "environments");
    return Array.isArray(environments)
      ? environments.find(({ environment }) => environment === "production")
      : undefined;
  };
  const missing = async () => field((await api.ask(`GET ${ENVIRONMENT}/missing-flags`)).body, "items");

  it("counts what flags served, by environment, span, variant and reason", async () => {
    expect((await send(batch("1", { counts: [served(2), served(3), served(1, { variant: "off" })] }))).body).toEqual({
      counted: true,
    });
    api.advance(3_600_000);
    await send(batch("2", { counts: [{ flag: "a", reason: "ERROR", count: 7 }] }));
    expect(await production()).toEqual({
      environment: "production",
      lastAskedAt: "2026-01-31T13:00:00.000Z",
      total: 13,
      spans: [
        {
          at: "2026-01-31T12:00:00.000Z",
          total: 6,
          counts: [
            { variant: "off", reason: "DEFAULT", count: 1 },
            { variant: "on", reason: "DEFAULT", count: 5 },
          ],
        },
        { at: "2026-01-31T13:00:00.000Z", total: 7, counts: [{ reason: "ERROR", count: 7 }] },
      ],
    });
    expect(field(await usage(), "environments", 0)).toEqual({ environment: "development", total: 0, spans: [] });
    expect(await production("?by=day")).toMatchObject({ spans: [{ at: "2026-01-31T00:00:00.000Z", total: 13 }] });
    expect(await production("?since=2026-01-31T13:00:00Z")).toMatchObject({ total: 7 });
  });

  it("R17: tells when a flag was last asked for, and that nobody has", async () => {
    const { usage: counts } = api.services;
    expect(await counts.lastAsked("default", "production", "a")).toBeUndefined();
    await send(batch("1", { counts: [served(1)] }));
    expect(await counts.lastAsked("default", "production", "a")).toBe(Date.parse("2026-01-31T12:00:00Z"));
    expect(await counts.lastAsked("default", "staging", "a")).toBeUndefined();
  });

  it("counts a batch once, however often it is sent, also to another node and after a restart (P10)", async () => {
    const one = batch("1", { counts: [served(2)] });
    const together = await Promise.all([send(one), send(one), send(one)]);
    expect(together.map(({ body }) => field(body, "counted")).sort()).toEqual([false, false, true]);
    const other = await createHarness({ store });
    const again = await other.ask("POST /sdk/v1/events", { token, body: one });
    expect(again.body).toEqual({ counted: false });
    expect(await production()).toMatchObject({ total: 2 });
  });

  it("is proof that the database can be written again where it was counted, and none where it was before", async () => {
    const full = Promise.reject(new StoreFault("full", "why"));
    await send(batch("1"));
    await api.services.state.watchStore(() => full).catch(() => undefined);
    await send(batch("1"));
    expect((await api.ask("GET /readyz")).body).toEqual({ status: "degraded" });
    await send(batch("2"));
    expect((await api.ask("GET /readyz")).body).toEqual({ status: "ready" });
  });

  it("R20: names what is not there, and for a client key also what is not for it", async () => {
    await send(batch("1", { counts: [served(1, { flag: "Chekout" })], missing: [{ flag: "Chekout", count: 2 }] }));
    await send(
      batch("2", {
        missing: [
          { flag: "a", count: 9 },
          { flag: "\u0000\ud800", count: 9 },
        ],
      }),
    );
    const client = await api.makeKey("client", "production");
    await send(batch("1", { counts: [served(5)] }), {}, client);
    expect(await missing()).toEqual([
      { flag: "Chekout", count: 3, lastAskedAt: "2026-01-31T12:00:00.000Z" },
      { flag: "a", count: 5, lastAskedAt: "2026-01-31T12:00:00.000Z" },
    ]);
    expect(await production()).toMatchObject({ total: 0 });
  });

  it("makes no row that no document allows for", async () => {
    await send(batch("1", { counts: [served(1, { variant: "nowhere" }), served(2, { reason: "BECAUSE" })] }));
    expect(field(await production(), "spans", 0, "counts")).toEqual([
      { reason: "DEFAULT", count: 1 },
      { variant: "on", count: 2 },
    ]);
  });

  it("passes over what a newer SDK says beside", async () => {
    const more = { counts: [served(1, { cells: [1, 2] })], guards: [{ metric: "m" }], dropped: 3 };
    expect((await send(batch("1", more))).body).toEqual({ counted: true });
    expect(await production()).toMatchObject({ total: 1 });
  });

  it("takes gzip, and counts the limit as it unpacks (F39: a bomb)", async () => {
    const zip = (text: string) => new Uint8Array(gzipSync(text));
    expect(await sendBytes(zip(JSON.stringify(batch("1", { counts: [served(4)] }))))).toBe(200);
    expect(await production()).toMatchObject({ total: 4 });
    expect(await sendBytes(zip(JSON.stringify(batch("2", { padding: "x".repeat(MAX_EVENTS_BYTES) }))))).toBe(413);
    expect(await sendBytes(zip(" ".repeat(100_000_000)))).toBe(413);
    const zipped = zip(JSON.stringify(batch("3")));
    expect(await sendBytes(zipped.subarray(0, zipped.length - 9))).toBe(400);
    expect(await sendBytes(new Uint8Array([1, 2, 3]))).toBe(400);
    expect(await sendBytes(zipped, "br")).toBe(415);
    expect((await send(batch("4", { padding: "x".repeat(MAX_EVENTS_BYTES) }))).status).toBe(413);
    const elsewhere = await api.app.request("/sdk/v1/evaluate", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "content-encoding": "gzip" },
      body: zip("{}"),
    });
    expect(elsewhere.status).toBe(415);
  });

  it.each([
    ["no id", { id: "" }],
    ["a count of nothing", { counts: [served(0)] }],
    ["a count beyond all bounds", { counts: [served(2 ** 53)] }],
    ["too many rows", { counts: Array.from({ length: 2_001 }, () => served(1)) }],
  ])("refuses %s", async (_, more) => {
    expect((await send(batch("1", more))).status).toBe(422);
  });

  it("refuses a batch that the database cannot take, so that it is sent again and counted then", async () => {
    const { add } = store.usage;
    store.usage.add = () => Promise.reject(new StoreFault("unavailable", "away"));
    const one = batch("1", { counts: [served(2)] });
    expect(await send(one)).toMatchObject({ status: 503, body: { code: "store_unavailable" } });
    store.usage.add = add.bind(store.usage);
    expect((await send(one)).body).toEqual({ counted: true });
    expect(await production()).toMatchObject({ total: 2 });
  });

  it("is shown by environment to a token of one", async () => {
    await send(batch("1", { counts: [served(2)] }));
    const staging = await api.makeToken("viewer", { project: "default", environment: "staging" });
    const got = await api.ask(`GET ${FLAGS}/a/usage`, { token: staging });
    expect(field(got.body, "environments")).toMatchObject([{ environment: "staging", total: 0 }]);
    expect((await api.ask(`GET ${FLAGS}/nowhere/usage`)).status).toBe(404);
  });
});
