import { applyDelta, checksumOf, readRuleset } from "@bannerol/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createHttpServer, type HttpServer } from "../http/http-server.ts";
import { type EventReader, type Reading, readEvents } from "../testing/event-reader.ts";
import { createHarness, FLAGS, field, type Harness } from "../testing/harness.ts";

const CONNECTIONS = "/api/v1/projects/default/environments/production/connections";

describe("the stream as events, over real sockets", () => {
  let api: Harness;
  let http: HttpServer;
  let port: number;
  let key: string;
  let readers: EventReader[];

  beforeEach(async () => {
    api = await createHarness();
    readers = [];
    http = createHttpServer(api.app);
    port = await http.listen(0, "127.0.0.1");
    key = api.keys.get("production") ?? "";
    await api.ask(`POST ${FLAGS}`, { body: { key: "a", clientSide: true } });
  });
  afterEach(async () => {
    for (const reader of readers) reader.close();
    await http.stop(0);
  });

  const open = async ({ headers = {}, ...more }: Partial<Reading> = {}) => {
    const reader = await readEvents({ port, ...more, headers: { authorization: `Bearer ${key}`, ...headers } });
    readers.push(reader);
    return reader;
  };
  const enable = (flag = "a") => api.ask(`POST ${FLAGS}/${flag}/environments/production/enable`);
  const ack = (body: object, token = key) => api.ask("POST /sdk/v1/ack", { token, body });
  const connections = async (query = "") => (await api.ask(`GET ${CONNECTIONS}${query}`)).body;

  it("says what the WebSocket says: a snapshot, then each change, under an id that names the state (P9)", async () => {
    const reader = await open();
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "access-control-allow-origin": "*",
    });
    expect(reader.headers["content-encoding"]).toBeUndefined();
    const first = await reader.next();
    const ruleset = readRuleset(field(first?.data, "ruleset"));
    expect(first?.id).toBe(`epoch1:${ruleset.revision}:${checksumOf(ruleset)}`);
    await enable();
    const second = await reader.next();
    expect(second?.data).toMatchObject({ type: "delta", from: ruleset.revision, flags: { a: { enabled: true } } });
    const after = applyDelta(ruleset, JSON.parse(JSON.stringify(second?.data)));
    expect(second?.id).toBe(`epoch1:${after.revision}:${checksumOf(after)}`);
  });

  it("goes on from Last-Event-ID, and starts anew from one that is wrong or none of ours", async () => {
    const first = await open();
    const { id = "" } = (await first.next()) ?? {};
    const resumed = await open({ headers: { "last-event-id": id } });
    expect((await resumed.next())?.data).toMatchObject({ type: "current" });
    await enable();
    const behind = await open({ headers: { "last-event-id": id } });
    expect((await behind.next())?.data).toMatchObject({ type: "delta", flags: { a: { enabled: true } } });
    const belied = id.replace(/[0-9]+$/, "1");
    for (const other of ["epoch0:1:1", belied, "nonsense", "a:b:c", "%:1:1"]) {
      const anew = await open({ headers: { "last-event-id": other } });
      expect([other, (await anew.next())?.data]).toEqual([other, expect.objectContaining({ type: "snapshot" })]);
    }
    const ahead = await open({ headers: { "last-event-id": "epoch1:999:1" } });
    expect((await ahead.next())?.data).toMatchObject({ type: "problem", code: "try_later" });
    expect(await ahead.next()).toBeUndefined();
  });

  it("A23, P9: keeps whatever a document holds on one line", async () => {
    const value = "x\n\ndata: {}\r\nid: 7\revent: y\u2028\u2029\u0085";
    const variants = [
      { key: "one", value },
      { key: "two", value: "b" },
    ];
    await api.ask(`POST ${FLAGS}`, { body: { key: "text", type: "string", variants } });
    const reader = await open();
    const event = await reader.next();
    expect(field(event?.data, "ruleset", "flags", "text", "variants", 0, "value")).toBe(value);
    await enable("text");
    expect(field((await reader.next())?.data, "flags", "text", "variants", 0, "value")).toBe(value);
    const lines = reader.text().split(/\r\n|\r|\n/);
    expect(lines.filter((line) => !/^(data: |id: |$)/.test(line))).toEqual([]);
  });

  it("shows a client key its own view, and takes no key in the address", async () => {
    await api.ask(`POST ${FLAGS}`, { body: { key: "hidden" } });
    const client = await api.makeKey("client", "production");
    const reader = await open({ headers: { authorization: `Bearer ${client}`, origin: "https://shop.example" } });
    expect(Object.keys(Object(field((await reader.next())?.data, "ruleset", "flags")))).toEqual(["a"]);
    const byAddress = await readEvents({ port, path: `/sdk/v1/stream?key=${client}` });
    expect(byAddress.status).toBe(401);
    const leaked = await open({ headers: { origin: "https://shop.example" } });
    expect(leaked.status).toBe(403);
    expect(api.lines.join("")).toContain("came from a browser");
  });

  it.each([
    ["another Accept", { accept: "*/*" }, 400],
    ["no key", { authorization: "" }, 401],
  ])("refuses %s with a problem", async (_, headers, status) => {
    const reader = await open({ headers });
    expect([reader.status, reader.headers["content-type"]]).toEqual([status, "application/problem+json"]);
  });

  it("opens nothing for HEAD", async () => {
    const got = await api.ask("HEAD /sdk/v1/stream", { token: key, headers: { accept: "text/event-stream" } });
    expect(got.status).toBe(400);
    expect(api.stream.loads()).toEqual([]);
  });

  it("tells keys and versions alone to those whose flags the server evaluates", async () => {
    const reader = await open({ path: "/sdk/v1/stream?evaluation=remote" });
    const first = await reader.next();
    expect(field(first?.data, "ruleset", "flags", "a")).toEqual({ version: field(first?.data, "ruleset", "revision") });
    const fetched = await api.ask("GET /sdk/v1/ruleset?evaluation=remote", { token: key });
    expect(fetched.body).toEqual(field(first?.data, "ruleset"));
  });

  it("R18: counts an acknowledgement by POST, by the client's name or, of the nameless, for one at a time", async () => {
    const named = await open({ path: "/sdk/v1/stream?instance=one&sdk=sdk-go/1.2.3" });
    const nameless = [await open(), await open()];
    for (const reader of [named, ...nameless]) await reader.next();
    const enabled = await enable();
    const revision = Number(enabled.headers.get("etag")?.replaceAll('"', ""));
    for (const reader of [named, ...nameless]) await reader.next();
    const have = async () => field(await connections(`?revision=${revision}`), "have");
    expect(await connections(`?revision=${revision}`)).toMatchObject({ connected: 3, have: 0 });
    const state = { epoch: "epoch1", revision };
    await ack({ ...state, epoch: "epoch0" });
    await ack({ ...state, instance: "one" }, await api.makeKey("server", "staging"));
    expect(await have()).toBe(0);
    expect((await ack({ ...state, instance: "one" })).status).toBe(204);
    expect(await connections()).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ instance: "one", name: "sdk-go", version: "1.2.3", transport: "sse", revision }),
      ]),
    });
    expect(await have()).toBe(1);
    await ack(state);
    expect(await have()).toBe(2);
    await ack(state);
    expect(await have()).toBe(3);
  });

  it("forgets a client that is gone", async () => {
    const reader = await open();
    await reader.next();
    expect(api.stream.loads()).toMatchObject([{ transport: "sse" }]);
    reader.close();
    await vi.waitFor(() => expect(api.stream.loads()).toEqual([]), { timeout: 60_000 });
  });

  it("F35: ends a revoked key's stream, saying why", async () => {
    const made = await api.ask("POST /api/v1/keys", {
      body: { project: "default", environment: "production", kind: "client" },
    });
    const reader = await open({ headers: { authorization: `Bearer ${field(made.body, "key")}` } });
    await reader.next();
    await api.ask(`DELETE /api/v1/keys/${field(made.body, "id")}`);
    expect(await reader.next()).toMatchObject({ data: { type: "problem", code: "key_invalid", status: 401 } });
    expect(await reader.next()).toBeUndefined();
  });

  it("F13: says goodbye when the server stops", async () => {
    const reader = await open();
    await reader.next();
    await api.stream.drain(100);
    expect((await reader.next())?.data).toMatchObject({ type: "goodbye", afterMs: [500, expect.any(Number)] });
    expect(await reader.next()).toBeUndefined();
    const late = await open();
    expect((await late.next())?.data).toMatchObject({ type: "problem", code: "try_later" });
  });

  it("F15, I9: holds back from a reader that does not read, and gives it one delta for all that it missed", async () => {
    const reader = await open();
    await reader.next();
    reader.pause();
    const text = (n: number) => ({ body: { key: "large", type: "string", variants: variantsOf(n) } });
    await api.ask(`POST ${FLAGS}`, text(0));
    const unsent = () => api.stream.loads()[0]?.unsentBytes ?? 0;
    let changes = 0;
    for (let before = -1; unsent() < 256 * 1024 || unsent() !== before; changes += 1) {
      before = unsent();
      await api.ask(`PATCH ${FLAGS}/large`, { body: { variants: variantsOf(changes) } });
      expect(unsent()).toBeLessThan(256 * 1024 + 70 * 1024);
    }
    for (const more of [1, 2]) await api.ask(`PATCH ${FLAGS}/large`, { body: { variants: variantsOf(-more) } });
    const last = api.ledger.view("default", "production", "server")?.revision;
    reader.resume();
    const deltas: unknown[] = [];
    do deltas.push((await reader.next())?.data);
    while (field(deltas.at(-1), "to") !== last);
    expect(Number(field(deltas.at(-1), "from"))).toBeLessThan(Number(last) - 1);
    for (const [at, delta] of deltas.entries()) {
      if (at > 0) expect(field(delta, "from")).toBe(field(deltas[at - 1], "to"));
    }
  });
});

/** Of some 60 KiB, so that a change is still sent as a delta. */
function variantsOf(n: number) {
  return [
    { key: "one", value: `${n} ${"x".repeat(30_000)}` },
    { key: "two", value: "y".repeat(30_000) },
  ];
}
