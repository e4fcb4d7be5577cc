import { gunzipSync } from "node:zlib";
import { applyDelta, checksumOf, readRuleset } from "@bannerol/core";
import { beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../../store/memory/memory-store.ts";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";
import { Body } from "./ruleset-bodies.ts";

describe("GET /sdk/v1/ruleset", () => {
  let api: Harness;
  let store: MemoryStore;
  beforeEach(async () => {
    store = new MemoryStore({ epoch: "epoch-1" });
    api = await createHarness({ store });
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
  });

  const get = (query = "", headers: Record<string, string> = {}) =>
    api.ask(`GET /sdk/v1/ruleset${query}`, { token: api.keys.get("production") ?? "", headers });
  const enable = (environment = "production") => api.ask(`POST ${FLAGS}/a/environments/${environment}/enable`);

  it("gives the key's environment, under a tag of epoch, revision and checksum", async () => {
    const got = await get();
    expect(got.body).toMatchObject({
      epoch: "epoch-1",
      project: "default",
      environment: "production",
      flags: { a: { enabled: false } },
    });
    const checksum = checksumOf(readRuleset(got.body));
    expect(got.headers.get("etag")).toBe(`"epoch-1-${field(got.body, "revision")}-${checksum}"`);
  });

  it("gives each document on a line of its own, so that a client can put off parsing it", async () => {
    await api.ask(`POST ${FLAGS}`, { body: { key: "b" } });
    const lines = (await get()).text.split("\n").map((line) => line.slice(0, 14));
    expect(lines).toEqual(['{"epoch":"epoc', '"a":{"version"', '"b":{"version"', '},"segments":{', "}}"]);
  });

  it("answers 304 until something changes that this key sees", async () => {
    const etag = (await get()).headers.get("etag") ?? "";
    expect(await get("", { "if-none-match": etag })).toMatchObject({ status: 304, text: "" });
    expect((await get("", { "if-none-match": `W/${etag}` })).status).toBe(304);
    await enable("staging");
    await api.ask(`PATCH ${FLAGS}/a`, { body: { description: "x" } });
    expect((await get("", { "if-none-match": etag })).status).toBe(304);
    await enable();
    const changed = await get("", { "if-none-match": etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get("etag")).not.toBe(etag);
  });

  it("says how far the log has been read, beyond what this key sees (P15)", async () => {
    const first = await get();
    expect(first.headers.get("bannerol-up-to")).toBe(`${api.ledger.state("default")?.revision}`);
    const { body } = await enable("staging");
    const same = await get("", { "if-none-match": first.headers.get("etag") ?? "" });
    expect([same.status, same.headers.get("bannerol-up-to")]).toEqual([304, `${field(body, "revision")}`]);
  });

  it("gives what changed since a revision, which applied gives the whole", async () => {
    const before = readRuleset((await get()).body);
    await enable();
    await api.ask("POST /api/v1/projects/default/segments", { body: { key: "beta" } });
    const delta = await get(`?since=${before.revision}&epoch=epoch-1`);
    expect(delta.body).toMatchObject({ type: "delta", from: before.revision, flags: { a: { enabled: true } } });
    const whole = readRuleset((await get()).body);
    const applied = applyDelta(before, JSON.parse(delta.text));
    expect(applied).toEqual(whole);
    expect(checksumOf(applied)).toBe(field(delta.body, "checksum"));
  });

  it.each(["?since=1&epoch=another", "?since=1"])("gives the whole to %s", async (query) => {
    expect((await get(query)).body).toMatchObject({ epoch: "epoch-1", flags: { a: {} } });
  });

  it.each(["?since=-1&epoch=x", "?since=one&epoch=x", "?since=1.5&epoch=x", "?key=secret"])(
    "refuses %s",
    async (query) => {
      expect((await get(query)).status).toBe(400);
    },
  );

  it.each([
    ["by its query", (revision: number) => get(`?since=${revision}&epoch=epoch-1`)],
    ["by its tag", (revision: number) => get("", { "if-none-match": `"epoch-1-${revision}-7"` })],
  ])("F23: never gives an older state: a caller ahead of this node %s waits, and is told how long", async (_, ask) => {
    const { revision } = readRuleset((await get()).body);
    expect((await get("", { "if-none-match": `"epoch-0-${revision + 1}-7"` })).status).toBe(200);
    const got = await ask(revision + 1);
    expect(got).toMatchObject({ status: 503, body: { code: "try_later" } });
    expect(Number(got.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(Number(got.headers.get("retry-after"))).toBeLessThanOrEqual(30);
  });

  it("F23: reads the log to its end for a caller that has seen another node's change", async () => {
    const other = await createHarness({ store });
    await other.ask(`POST ${FLAGS}/a/environments/production/enable`);
    const revision = other.ledger.view("default", "production", "server")?.revision ?? 0;
    expect(readRuleset((await get()).body).revision).toBeLessThan(revision);
    expect((await get(`?since=${revision}&epoch=epoch-1`)).body).toMatchObject({
      type: "delta",
      from: revision,
      to: revision,
    });
  });

  it("compresses for those who ask for it, and only then", async () => {
    for (let index = 0; index < 20; index += 1) await api.ask(`POST ${FLAGS}`, { body: { key: `flag-${index}` } });
    expect((await get()).headers.get("content-encoding")).toBeNull();
    expect((await get("", { "accept-encoding": "gzip;q=0" })).headers.get("content-encoding")).toBeNull();
    const zipped = await get("", { "accept-encoding": "br, gzip" });
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect(zipped.headers.get("vary")).toContain("Accept-Encoding");
  });

  it("is for pages of any origin, without cookies, which the admin API is not", async () => {
    const headers = { origin: "https://shop.example", "access-control-request-method": "GET" };
    const preflight = await api.ask("OPTIONS /sdk/v1/ruleset", { token: null, headers });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-headers": "Authorization,Content-Type,If-None-Match,Last-Event-ID",
      "access-control-max-age": "7200",
    });
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
    const token = await api.makeKey("client", "production");
    const got = await api.ask("GET /sdk/v1/ruleset", { token, headers: { origin: "https://shop.example" } });
    expect(got.headers.get("access-control-expose-headers")).toBe("ETag,Retry-After,Bannerol-Up-To");
    const admin = await api.ask(`OPTIONS ${FLAGS}`, { token: null, headers });
    expect(admin.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("shows a client key only what is for clients", async () => {
    await api.ask(`POST ${FLAGS}`, { body: { key: "open", clientSide: true } });
    const token = await api.makeKey("client", "production");
    const { body } = await api.ask("GET /sdk/v1/ruleset", { token });
    expect(Object.keys(Object(field(body, "flags")))).toEqual(["open"]);
  });
});

describe("a body", () => {
  it("is compressed once, however many ask at once", async () => {
    const body = new Body("x".repeat(5_000));
    const [one, two] = [body.gzipped(), body.gzipped()];
    expect(one).toBe(two);
    expect(body.gzippedNow).toBeUndefined();
    await one;
    expect(gunzipSync(body.gzippedNow ?? "").toString()).toBe("x".repeat(5_000));
  });
});
