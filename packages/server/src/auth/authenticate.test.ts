import { randomBytes } from "node:crypto";
import { formatCredential, mintCredential } from "@bannerol/protocol";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryStore } from "../store/memory/memory-store.ts";
import { createHarness, FLAGS, field, type Harness, START } from "../testing/harness.ts";

describe("credentials", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
  });

  it("let in a token until it expires", async () => {
    const token = await api.makeToken("viewer", { expiresAt: START + 1_000 });
    expect((await api.ask("GET /api/v1/projects", { token })).status).toBe(200);
    api.advance(1_000);
    expect(await api.ask("GET /api/v1/projects", { token })).toMatchObject({
      status: 401,
      body: { code: "token_invalid" },
    });
  });

  it("F36: say the same of an unknown, a wrong and a revoked token", async () => {
    const made = await api.ask("POST /api/v1/tokens", { body: { name: "ci", role: "viewer" } });
    const token = String(field(made.body, "token"));
    expect((await api.ask("GET /api/v1/projects", { token })).status).toBe(200);
    await api.ask(`DELETE /api/v1/tokens/${field(made.body, "id")}`);
    const revoked = await api.ask("GET /api/v1/projects", { token });
    const other = await createHarness();
    const unknown = await other.ask("GET /api/v1/projects", { token });
    expect(revoked.text).toBe(unknown.text);
  });

  it("F36: are looked for in the database alike, whether there is no such id or its secret is wrong", async () => {
    const store = new MemoryStore({ epoch: "e" });
    const api = await createHarness({ store });
    const id = api.keys.get("production")?.split("_")[2] ?? "";
    expect((await api.ask("GET /sdk/v1/ruleset", { token: api.keys.get("production") ?? "" })).status).toBe(200);
    const wrong = formatCredential({ class: "server", id, secret: "0".repeat(32) });
    const asked = vi.spyOn(store, "digest");
    const looks = async (token: string) => {
      asked.mockClear();
      expect((await api.ask("GET /sdk/v1/ruleset", { token })).status).toBe(401);
      return asked.mock.calls.length;
    };
    expect([await looks(wrong), await looks(mintCredential("server", randomBytes).text)]).toEqual([1, 1]);
  });

  it("F37: refuse a server key that a browser sent, and say so in the log", async () => {
    const token = api.keys.get("production") ?? "";
    const got = await api.ask("GET /sdk/v1/ruleset", { token, headers: { origin: "https://shop.example" } });
    expect(got).toMatchObject({ status: 403, body: { code: "key_leaked" } });
    const id = token.split("_")[2] ?? "-";
    expect(api.lines.some((line) => line.includes('"level":"warn"') && line.includes(id))).toBe(true);
  });

  it("F37: raise no alarm for a server key that somebody made up", async () => {
    const { text: token } = mintCredential("server", randomBytes);
    const got = await api.ask("GET /sdk/v1/ruleset", { token, headers: { origin: "https://shop.example" } });
    expect(got).toMatchObject({ status: 401, body: { code: "key_invalid" } });
    expect(api.lines.filter((line) => line.includes('"level":"warn"'))).toEqual([]);
  });

  it("let a client key come from a browser", async () => {
    const token = await api.makeKey("client", "production");
    const got = await api.ask("GET /sdk/v1/ruleset", { token, headers: { origin: "https://shop.example" } });
    expect(got.status).toBe(200);
  });

  it("end with the revocation of a key", async () => {
    const token = api.keys.get("staging") ?? "";
    expect((await api.ask("GET /sdk/v1/ruleset", { token })).status).toBe(200);
    const id = token.split("_")[2];
    expect(await api.ask(`DELETE /api/v1/keys/${id}`)).toMatchObject({ status: 200, body: { id } });
    expect(await api.ask("GET /sdk/v1/ruleset", { token })).toMatchObject({
      status: 401,
      body: { code: "key_invalid" },
    });
  });

  it("F47: are in no log line, wherever they were sent", async () => {
    const token = await api.makeToken("admin");
    const key = api.keys.get("production") ?? "";
    const secrets = [token, key].map((text) => text.split("_")[3] ?? "-");
    await api.ask("GET /api/v1/projects", { token });
    await api.ask("GET /api/v1/projects", { token: key });
    await api.ask(`GET /api/v1/projects/${token}`, { headers: { "x-request-id": token } });
    await api.ask(`GET /api/v1/projects/${token}?key=${key}`);
    await api.ask(`POST ${FLAGS}`, { body: { key: "a" }, headers: { "x-request-id": token } });
    const { text: history } = await api.ask("GET /api/v1/projects/default/changes");
    expect(api.lines.length).toBeGreaterThan(4);
    for (const secret of secrets) expect(api.lines.join("") + history).not.toContain(secret);
  });
});
