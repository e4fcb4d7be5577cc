import { beforeEach, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Got, type Harness } from "../../testing/harness.ts";

const HOUR_MS = 60 * 60_000;

describe("rotation", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await createHarness();
  });

  const ruleset = (token: unknown) => api.ask("GET /sdk/v1/ruleset", { token: String(token) });
  const projects = (token: unknown) => api.ask("GET /api/v1/projects", { token: String(token) });
  const idOf = (got: Got) => String(field(got.body, "id"));

  it("puts a key in another's place, and lets both work while they overlap", async () => {
    const old = String(api.keys.get("production"));
    const id = old.split("_")[2];
    expect((await ruleset(old)).status).toBe(200);
    const made = await api.ask(`POST /api/v1/keys/${id}/rotate`, { body: { overlapSeconds: 3_600 } });
    expect(made).toMatchObject({ status: 201, body: { kind: "server", environment: "production", name: "First key" } });
    const key = field(made.body, "key");
    expect([(await ruleset(old)).status, (await ruleset(key)).status]).toEqual([200, 200]);
    api.advance(HOUR_MS);
    expect([(await ruleset(old)).status, (await ruleset(key)).status]).toEqual([401, 200]);
    expect((await api.ask(`POST /api/v1/keys/${id}/rotate`)).status).toBe(404);
    const { body } = await api.ask("GET /api/v1/projects/default/changes?limit=1");
    expect(field(body, "items", 0)).toMatchObject({ action: "key.rotate", items: [{ after: { id: idOf(made) } }, {}] });
    expect(JSON.stringify(body)).not.toContain(String(key).split("_")[3]);
  });

  it("puts a token in another's place with the same rights, and never lengthens the old one's life", async () => {
    const expiresAt = new Date(api.services.now() + HOUR_MS).toISOString();
    const first = await api.ask("POST /api/v1/tokens", {
      body: { name: "ci", role: "editor", project: "default", expiresAt },
    });
    const made = await api.ask(`POST /api/v1/tokens/${idOf(first)}/rotate`);
    expect(made).toMatchObject({ status: 201, body: { name: "ci", role: "editor", project: "default", expiresAt } });
    const [old, token] = [field(first.body, "token"), field(made.body, "token")];
    expect([(await projects(old)).status, (await projects(token)).status]).toEqual([200, 200]);
    const now = await api.ask(`POST /api/v1/tokens/${idOf(made)}/rotate`, { body: { overlapSeconds: 0 } });
    expect([(await projects(token)).status, (await projects(field(now.body, "token"))).status]).toEqual([401, 200]);
  });

  it.each(["keys", "tokens"])("F32: of %s shows a secret once", async (kind) => {
    const id =
      kind === "keys"
        ? String(api.keys.get("production")).split("_")[2]
        : (await api.makeToken("viewer")).split("_")[2];
    const asked = { headers: { "idempotency-key": "k1" } };
    const first = await api.ask(`POST /api/v1/${kind}/${id}/rotate`, asked);
    expect(await api.ask(`POST /api/v1/${kind}/${id}/rotate`, asked)).toMatchObject({
      status: 409,
      body: { code: "secret_shown_once", id: idOf(first) },
    });
  });

  it("is an admin's, within their reach", async () => {
    const id = String(api.keys.get("production")).split("_")[2];
    const rotate = (token: string) => api.ask(`POST /api/v1/keys/${id}/rotate`, { token });
    expect((await rotate(await api.makeToken("releaser"))).status).toBe(403);
    expect((await rotate(await api.makeToken("admin", { project: "default", environment: "staging" }))).status).toBe(
      404,
    );
  });
});

describe("a token that is revoked while its request is carried out", () => {
  it("changes nothing any more: the body of an upload ends after it", async () => {
    const api = await createHarness();
    await api.ask("POST /api/v1/projects/default/segments", { body: { key: "staff" } });
    const token = await api.makeToken("admin");
    const before = api.ledger.state("default")?.revision;
    let sent: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        sent = controller;
        controller.enqueue(new TextEncoder().encode("u1\n"));
      },
    });
    const headers = { authorization: `Bearer ${token}`, "content-type": "text/plain" };
    const init = { method: "PUT", headers, body, duplex: "half" } as const;
    const upload = api.app.request("/api/v1/projects/default/segments/staff/keys", init);
    await api.ask(`DELETE /api/v1/tokens/${token.split("_")[2]}`);
    sent?.close();
    const answer = await upload;
    expect([answer.status, field(await answer.json(), "code")]).toEqual([401, "token_invalid"]);
    expect(api.ledger.state("default")?.revision).toBe(before);
    expect((await api.ask(`GET ${FLAGS}`, { token })).status).toBe(401);
  });
});
