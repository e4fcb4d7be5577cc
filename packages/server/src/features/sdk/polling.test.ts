import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../../testing/harness.ts";

const CONNECTIONS = "/api/v1/projects/default/environments/production/connections";

describe("pollers", () => {
  let api: Harness;
  let token: string;

  beforeEach(async () => {
    api = await createHarness();
    token = api.keys.get("production") ?? "";
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" } });
  });

  const poll = (query = "", headers: Record<string, string> = {}) =>
    api.ask(`GET /sdk/v1/ruleset${query}`, { token, headers });
  const tagged = async (query = "") => ({ "if-none-match": (await poll(query)).headers.get("etag") ?? "" });
  const connected = async (query = "") => (await api.ask(`GET ${CONNECTIONS}${query}`)).body;

  it("are told how often to ask", async () => {
    expect((await poll()).headers.get("cache-control")).toBe("private, no-cache, max-age=30");
  });

  it("R18, P11: have what their If-None-Match says, and are named by their requests", async () => {
    const query = "?instance=p1&sdk=sdk-php/0.3.0";
    const headers = await tagged(query);
    const before = Number(field(await connected(), "items", 0, "revision"));
    await poll(query, headers);
    const revision = api.ledger.view("default", "production", "server")?.revision;
    expect(before).toBe(0);
    expect(await connected()).toMatchObject({
      items: [{ instance: "p1", name: "sdk-php", version: "0.3.0", transport: "polling", revision }],
    });
    const enabled = await api.ask(`POST ${FLAGS}/a/environments/production/enable`);
    const newest = Number(enabled.headers.get("etag")?.replaceAll('"', ""));
    expect(await connected(`?revision=${newest}`)).toMatchObject({ connected: 1, have: 0 });
    await poll(query, await tagged(query));
    expect(await connected(`?revision=${newest}`)).toMatchObject({ connected: 1, have: 1, share: 1 });
  });

  it("count without a name too, once they say which state they have", async () => {
    await poll();
    expect(await connected()).toEqual({ items: [] });
    const headers = await tagged();
    for (const agent of ["curl", "curl", "wget"]) await poll("", { ...headers, "user-agent": agent });
    const items = field(await connected(), "items");
    expect(items).toMatchObject([{ name: "unknown" }, { name: "unknown" }]);
    expect(field(items, 0, "instance")).toMatch(/^poller-[0-9a-f]{12}$/);
  });

  it("have nothing of another epoch", async () => {
    await poll("?instance=p1", { "if-none-match": '"epoch0-99-1"' });
    expect(await connected()).toMatchObject({ items: [{ revision: 0 }] });
  });

  it("are gone two minutes after they asked last", async () => {
    await poll("?instance=p1");
    api.advance(119_000);
    expect(await connected()).toMatchObject({ items: [{ instance: "p1" }] });
    api.advance(1_000);
    expect(await connected()).toEqual({ items: [] });
  });

  it("are not counted beside the stream of the same instance", async () => {
    const accept = { accept: "text/event-stream" };
    const opened = await api.app.request("/sdk/v1/stream?instance=p1", {
      headers: { authorization: `Bearer ${token}`, ...accept },
    });
    await poll("?instance=p1", await tagged());
    const revision = api.ledger.view("default", "production", "server")?.revision;
    expect(await connected()).toMatchObject({ items: [{ instance: "p1", transport: "sse", revision }] });
    expect(field(await connected(), "items", 1)).toBeUndefined();
    await opened.body?.cancel();
  });
});
