/** Credentials that were made to be let in by: at each door, refused, and in the log. */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../testing/harness.ts";

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();

function jwt(header: object, payload: object, signature: (text: string) => string): string {
  const text = `${base64url({ typ: "JWT", ...header })}.${base64url(payload)}`;
  return `${text}.${signature(text)}`;
}

const claims = { sub: "admin", role: "admin", iss: "https://issuer.example.com", aud: "bannerol", exp: 32_503_680_000 };
const rs256 = (text: string) => sign("sha256", Buffer.from(text), privateKey).toString("base64url");
const hs256 = (secret: string) => (text: string) => createHmac("sha256", secret).update(text).digest("base64url");

describe("a credential that was made to get in", () => {
  let api: Harness;
  let serverKey: string;
  let clientKey: string;
  let viewer: string;
  beforeAll(async () => {
    api = await createHarness();
    await api.ask(`POST ${FLAGS}`, { body: { key: "inner", description: "canary" } });
    await api.ask(`POST ${FLAGS}`, { body: { key: "shown", clientSide: true, description: "canary" } });
    serverKey = await api.makeKey("server", "production");
    clientKey = await api.makeKey("client", "production");
    viewer = await api.makeToken("viewer");
  });

  const lastLine = (): string => api.lines.at(-1) ?? "";

  it.each([
    ["A22: a JSON Web Token with no algorithm", jwt({ alg: "none" }, claims, () => "")],
    ["A22: one with no algorithm, in other letters", jwt({ alg: "nOnE" }, claims, () => "")],
    ["A22: one that is signed by the public key as if it were a secret", jwt({ alg: "HS256" }, claims, hs256(pem))],
    ["A22: one that names its own key", jwt({ alg: "RS256", jwk: publicKey.export({ format: "jwk" }) }, claims, rs256)],
    ["A22: one that says where its key lies", jwt({ alg: "RS256", jku: "http://127.0.0.1/keys" }, claims, rs256)],
    [
      "A16: one of another audience",
      jwt({ alg: "RS256" }, { ...claims, aud: "https://kubernetes.default.svc" }, rs256),
    ],
    ["A16: one of another issuer", jwt({ alg: "RS256" }, { ...claims, iss: "kubernetes/serviceaccount" }, rs256)],
  ])("%s opens no door", async (_, token) => {
    for (const what of [`GET ${FLAGS}`, "GET /api/v1/tokens", "GET /api/v1/whoami"]) {
      expect(await api.ask(what, { token })).toMatchObject({ status: 401, body: { code: "token_invalid" } });
      expect(lastLine()).toContain('"status":401');
    }
    expect((await api.ask("GET /sdk/v1/ruleset", { token })).body).toMatchObject({ code: "key_invalid" });
    expect(api.lines.join("")).not.toContain(token.slice(0, 40));
  });

  it.each(["GET", "POST"])(
    "A16: a viewer gets no session and no token by %s, nor a word of those of others",
    async (method) => {
      await api.makeToken("admin");
      for (const path of ["/api/v1/tokens", "/api/v1/users", "/api/v1/webhooks"]) {
        const got = await api.ask(`${method} ${path}`, { token: viewer });
        expect(got).toMatchObject({ status: 403, body: { code: "not_allowed" } });
        expect(lastLine()).toContain('"status":403');
      }
      for (const path of ["/api/v1/sessions", "/auth/v1/sessions", "/internal/v1/sessions"]) {
        expect((await api.ask(`${method} ${path}`, { token: viewer })).status).toBe(404);
      }
    },
  );

  it("A16: a viewer revokes no token, its own neither", async () => {
    const other = (await api.makeToken("editor")).split("_")[2];
    for (const id of [other, viewer.split("_")[2]]) {
      expect((await api.ask(`DELETE /api/v1/tokens/${id}`, { token: viewer })).status).toBe(403);
      expect((await api.ask(`POST /api/v1/tokens/${id}/rotate`, { token: viewer })).status).toBe(403);
    }
    expect((await api.ask("GET /api/v1/whoami", { token: viewer })).status).toBe(200);
  });

  it("A9: a client key gets its own view alone, by every route that it opens", async () => {
    const ruleset = await api.ask("GET /sdk/v1/ruleset", { token: clientKey });
    expect(Object.keys(Object(field(ruleset.body, "flags")))).toEqual(["shown"]);
    const evaluated = await api.ask("POST /sdk/v1/evaluate", { token: clientKey, body: { context: {} } });
    for (const { text } of [ruleset, evaluated]) expect(text).not.toMatch(/inner|canary/);
    const named = await api.ask("GET /route/v1/inner", { token: clientKey });
    expect(named.headers.get("x-bannerol-variant")).toBeNull();
    expect((await api.ask("GET /sdk/v1/lists/any", { token: clientKey })).status).toBe(403);
  });

  it("A9: a token opens nothing of the data plane, and a key nothing of the admin API", async () => {
    const tokens = [await api.makeToken("admin"), viewer];
    for (const route of api.routes) {
      const what = `${route.method} ${route.path.replace("{p}", "default").replace("{e}", "production")}`;
      const isSdk = route.permission.startsWith("sdk");
      const wrong = isSdk ? tokens : [serverKey, clientKey];
      if (route.permission === "public") continue;
      for (const token of wrong) {
        const got = await api.ask(what, { token });
        expect([what, got.status, field(got.body, "code")]).toEqual([what, 403, "wrong_credential"]);
      }
    }
  });

  it.each([
    ["in the address", (key: string) => ({ path: `?key=${key}&token=${key}&access_token=${key}`, headers: {} })],
    ["in a cookie", (key: string) => ({ path: "", headers: { cookie: `token=${key}; __Host-sid=${key}` } })],
    [
      "as a password",
      (key: string) => ({ path: "", headers: { authorization: `Basic ${base64url(`admin:${key}`)}` } }),
    ],
    ["in headers of others", (key: string) => ({ path: "", headers: { "x-api-key": key, "x-bannerol-token": key } })],
    ["twice", (key: string) => ({ path: "", headers: { authorization: `Bearer ${key}, Bearer ${key}` } })],
    [
      "as a proxy's",
      (key: string) => ({ path: "", headers: { "x-forwarded-user": "admin", "proxy-authorization": key } }),
    ],
  ])("A25: a good one opens nothing where it comes %s", async (_, send) => {
    const admin = send(await api.makeToken("admin"));
    const atAdmin = await api.ask(`GET ${FLAGS}${admin.path}`, { token: null, headers: admin.headers });
    expect(atAdmin.status).toBe(401);
    const server = send(serverKey);
    const atData = await api.ask(`GET /sdk/v1/ruleset${server.path}`, { token: null, headers: server.headers });
    expect(atData.status).toBe(401);
    expect(api.lines.join("")).not.toContain(serverKey.split("_")[3]);
  });
});
