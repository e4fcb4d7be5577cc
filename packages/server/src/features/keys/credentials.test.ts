import { formatCredential, parseCredential } from "@bannerol/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, field, type Harness, START } from "../../testing/harness.ts";

describe("keys and tokens", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
  });

  it("are shown once, in their final form, and stand in no record", async () => {
    const key = await api.ask("POST /api/v1/keys", {
      body: { project: "default", environment: "staging", kind: "client", name: "web" },
    });
    const token = await api.ask("POST /api/v1/tokens", { body: { name: "ci", role: "editor", project: "default" } });
    const texts = [String(field(key.body, "key")), String(field(token.body, "token"))];
    expect(texts.map((text) => parseCredential(text)?.class)).toEqual(["client", "token"]);
    expect(texts.map((text) => parseCredential(text)?.id)).toEqual([field(key.body, "id"), field(token.body, "id")]);
    const shown = [
      await api.ask("GET /api/v1/keys?revoked=all"),
      await api.ask("GET /api/v1/tokens?revoked=all"),
      await api.ask("GET /api/v1/projects/default/changes?limit=200"),
    ];
    const records = JSON.stringify([
      ...(await api.ledger.changes("_system", { limit: 100 })),
      ...(await api.ledger.changes("default", { limit: 100 })),
    ]);
    for (const text of texts) {
      const { secret = "-", id = "-" } = parseCredential(text) ?? {};
      const digest = (await api.ledger.digest(id))?.digest ?? "-";
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      for (const place of [...shown.map((got) => got.text), records]) {
        expect(place).not.toContain(secret);
        expect(place).not.toContain(digest);
      }
    }
  });

  it("are listed while they are in force, and after that when asked for", async () => {
    const { body } = await api.ask("POST /api/v1/keys", {
      body: { project: "default", environment: "staging", kind: "server" },
    });
    const id = field(body, "id");
    const list = async (query: string) => JSON.stringify((await api.ask(`GET /api/v1/keys?${query}`)).body);
    expect(await list("environment=staging")).toContain(id);
    expect(await list("environment=production")).not.toContain(id);
    api.advance(1_000);
    const revoked = await api.ask(`DELETE /api/v1/keys/${id}`);
    expect(revoked.body).toMatchObject({ id, revokedAt: new Date(START + 1_000).toISOString() });
    expect(await list("environment=staging")).not.toContain(id);
    expect(await list("revoked=true")).toContain(id);
    expect((await api.ask(`DELETE /api/v1/keys/${id}`)).body).toEqual(revoked.body);
  });

  it.each([
    [{ project: "default", environment: "nowhere", kind: "server" }, 404],
    [{ project: "nowhere", environment: "production", kind: "server" }, 404],
    [{ project: "_system", environment: "production", kind: "server" }, 422],
    [{ project: "default", environment: "production", kind: "token" }, 422],
    [{ project: "default", kind: "server" }, 422],
  ])("are not made for %j", async (body, status) => {
    expect((await api.ask("POST /api/v1/keys", { body })).status).toBe(status);
  });

  it.each([
    [{ name: "x", role: "owner" }, 422],
    [{ name: "x" }, 422],
    [{ role: "viewer" }, 422],
    [{ name: "x", role: "viewer", environment: "production" }, 422],
    [{ name: "x", role: "viewer", expiresAt: "2026-01-31T11:59:59Z" }, 422],
    [{ name: "x", role: "viewer", expiresAt: "tomorrow" }, 422],
    [{ name: "x", role: "viewer", project: "nowhere" }, 404],
    [{ name: "x", role: "viewer", project: "default", environment: "nowhere" }, 404],
  ])("are no tokens of %j", async (body, status) => {
    expect((await api.ask("POST /api/v1/tokens", { body })).status).toBe(status);
  });

  it("give no one more than they have: an admin of a place makes and revokes within it alone", async () => {
    const token = await api.makeToken("admin", { project: "default", environment: "staging" });
    const other = parseCredential(await api.makeToken("admin"))?.id;
    const production = parseCredential(api.keys.get("production") ?? "")?.id;
    const ask = async (what: string, body?: object) => (await api.ask(what, { token, ...(body && { body }) })).status;
    expect(await ask("POST /api/v1/tokens", { name: "x", role: "admin" })).toBe(403);
    expect(await ask("POST /api/v1/tokens", { name: "x", role: "viewer", project: "default" })).toBe(403);
    expect(
      await ask("POST /api/v1/tokens", { name: "x", role: "admin", project: "default", environment: "staging" }),
    ).toBe(201);
    expect(await ask("POST /api/v1/keys", { project: "default", environment: "production", kind: "server" })).toBe(403);
    expect(await ask("POST /api/v1/keys", { project: "default", environment: "staging", kind: "server" })).toBe(201);
    expect(await ask(`DELETE /api/v1/tokens/${other}`)).toBe(404);
    expect(await ask(`DELETE /api/v1/keys/${production}`)).toBe(404);
    const keys = await api.ask("GET /api/v1/keys", { token });
    expect(keys.text).not.toContain(production);
    const tokens = await api.ask("GET /api/v1/tokens", { token });
    expect(tokens.text).not.toContain(other);
  });

  it("show when they were last used, to the minute, on whichever way", async () => {
    const token = await api.makeToken("admin");
    const key = api.keys.get("production") ?? "";
    const lastUsedOf = async (path: string, text: string) => {
      const { body } = await api.ask(`GET ${path}`);
      const items: readonly unknown[] = Object.values(field(body, "items") ?? {});
      return field(
        items.find((item) => field(item, "id") === parseCredential(text)?.id),
        "lastUsedAt",
      );
    };
    expect(await lastUsedOf("/api/v1/tokens", token)).toBeUndefined();
    expect(await lastUsedOf("/api/v1/keys", key)).toBeUndefined();
    const { revision } = (await api.ledger.changes("_system", { limit: 1 }))[0]?.change ?? {};

    api.advance(90_000);
    await api.ask("GET /api/v1/projects", { token });
    await api.ask("GET /sdk/v1/ruleset", { token: key });
    expect(await lastUsedOf("/api/v1/tokens", token)).toBe("2026-01-31T12:01:00.000Z");
    expect(await lastUsedOf("/api/v1/keys", key)).toBe("2026-01-31T12:01:00.000Z");

    // The short way of those that were proven before.
    api.advance(60_000);
    await api.ask("GET /sdk/v1/ruleset", { token: key });
    await api.services.lastUses.write();
    expect(await lastUsedOf("/api/v1/keys", key)).toBe("2026-01-31T12:02:00.000Z");
    expect((await api.ledger.changes("_system", { limit: 1 }))[0]?.change.revision).toBe(revision);
  });

  it("are not used by somebody who gets the secret wrong, or the door", async () => {
    const token = await api.makeToken("admin");
    const { id = "" } = parseCredential(token) ?? {};
    await api.ask("GET /sdk/v1/ruleset", { token });
    await api.ask("GET /api/v1/projects", { token: formatCredential({ class: "token", id, secret: "x".repeat(32) }) });
    expect(await api.services.lastUses.of([id])).toEqual(new Map());
  });
});
