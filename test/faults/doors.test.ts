/** Who comes to a server's doors, and what is told of them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until } from "../e2e/harness.ts";
import { canary, leaksIn } from "../e2e/leaks.ts";
import { temporaryFolders } from "./folders.ts";
import { hello, RawStream } from "./raw-stream.ts";
import { Scene } from "./scene.ts";
import { ADMIN_TOKEN, Server } from "./server.ts";

const freshFolder = temporaryFolders();
const ALL_LOGGED = { LOG_LEVEL: "trace", BANNEROL_OUTBOUND_ALLOW: "127.0.0.1:9" };

describe("a server", () => {
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), ALL_LOGGED));
  const { server } = scene;
  let application: Application;
  let clientKey: string;
  beforeAll(async () => {
    await scene.start();
    clientKey = (await server.makeKey("client")).key;
    application = await (await scene.line()).current();
  });
  afterAll(() => scene.end());

  type Door = (key: string | undefined, headers?: Record<string, string>) => Promise<number>;
  const bearer = (key: string | undefined): Record<string, string> =>
    key === undefined ? {} : { authorization: `Bearer ${key}` };
  const get =
    (path: string): Door =>
    async (key, headers = {}) =>
      (await fetch(server.url + path, { headers: { ...bearer(key), ...headers } })).status;
  const doors: Readonly<Record<string, Door>> = {
    ruleset: get("/sdk/v1/ruleset"),
    events: get("/sdk/v1/stream"),
    admin: get("/api/v1/projects/default/flags"),
    stream: async (key, headers = {}) => {
      const stream = await RawStream.open(server.url, { ...bearer(key), ...headers });
      if (typeof stream === "number") return stream;
      stream.socket.destroy();
      return 101;
    },
    hello: async (key) => {
      const stream = await RawStream.open(server.url, {});
      if (typeof stream === "number") return stream;
      stream.say({ ...hello, ...(key !== undefined && { key }) });
      await until(() => stream.messages.length > 0 || stream.closeCode !== undefined);
      stream.socket.destroy();
      return stream.messages[0]?.type === "problem" ? await closing(stream) : 101;
    },
  };
  const closing = async (stream: RawStream): Promise<number> => {
    await until(() => stream.closeCode !== undefined);
    return stream.closeCode ?? 0;
  };

  const keys = { token: () => ADMIN_TOKEN, server: () => scene.key, client: () => clientKey, none: () => undefined };
  const page = { origin: "https://shop.example.com" };
  it.each<[keyof typeof keys, string, number, object?]>([
    ["server", "ruleset", 200],
    ["server", "stream", 101],
    ["server", "hello", 101],
    ["server", "admin", 403],
    ["client", "ruleset", 200],
    ["client", "ruleset", 200, page],
    ["client", "stream", 101, page],
    ["client", "hello", 101],
    ["client", "admin", 403],
    ["token", "admin", 200],
    ["token", "ruleset", 401],
    ["token", "stream", 401],
    ["token", "hello", 4401],
    ["none", "ruleset", 401],
    ["none", "admin", 401],
    ["none", "hello", 4401],
    ["server", "ruleset", 403, page],
    ["server", "stream", 403, page],
  ])("F37: with a key of class %s at the door %s answers %i", async (kind, door, status, headers) => {
    expect(await doors[door]?.(keys[kind](), headers as Record<string, string>)).toBe(status);
  });

  it("F37: counts a server key that came from a browser as leaked", async () => {
    const before = await server.metric("bannerol_keys_leaked_total");
    expect(await doors.stream?.(scene.key, page)).toBe(403);
    expect(await server.metric("bannerol_keys_leaked_total")).toBe(before + 1);
    expect(server.output).toMatch(/leak|browser/i);
  });

  it("F36: tells whoever guesses to wait, at every door, and never anybody whose key or token is valid", async () => {
    const guess = (n: number) => `bnr_token_${"x".repeat(12)}_${String(n).padStart(32, "0")}_000000`;
    const guessed = [];
    for (let n = 0; n < 30; n += 1) guessed.push(await doors.admin?.(guess(n)));
    // Other tests of this minute guessed too.
    const told = guessed.indexOf(429);
    expect(told).toBeGreaterThanOrEqual(0);
    expect(told).toBeLessThanOrEqual(20);
    expect(guessed).toEqual(guessed.map((_, n) => (n < told ? 401 : 429)));
    const answer = await fetch(`${server.url}/api/v1/projects`, { headers: bearer(guess(31)) });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(1);
    expect(await doors.ruleset?.("bnr_server_guessed")).toBe(429);
    expect(await doors.stream?.("bnr_server_guessed")).toBe(429);
    expect(await doors.hello?.("bnr_server_guessed")).toBe(1013);
    expect(await doors.admin?.(guess(0)), "the same again is no further guess").toBe(401);

    expect(await doors.admin?.(ADMIN_TOKEN)).toBe(200);
    expect(await doors.ruleset?.(scene.key)).toBe(200);
    expect(await doors.stream?.(clientKey)).toBe(101);
    expect(await doors.hello?.(clientKey)).toBe(101);
    expect(await server.metric("bannerol_wrong_credentials_total")).toBeGreaterThanOrEqual(34);
    expect(server.output).toContain("different wrong keys and tokens");
  });

  /** Puts a secret wherever a request has room for one, and reads what comes back. */
  const shownTo = async (secret: string, token: string): Promise<string> => {
    const flags = "/api/v1/projects/default/flags";
    const sent: readonly (readonly [path: string, init: RequestInit])[] = [
      [`${flags}?cursor=${secret}&token=${secret}`, {}],
      [`${flags}/${secret}`, {}],
      [`/sdk/v1/ruleset?key=${secret}`, {}],
      [flags, { headers: { cookie: `__Host-sid=${secret}`, "x-api-key": secret, "x-request-id": scene.key } }],
      [flags, { headers: { authorization: `Basic ${secret}` } }],
      [flags, { method: "POST", body: `{"key": ${secret}` }],
      [flags, { method: "POST", body: JSON.stringify({ key: "a", [secret]: secret, tags: secret }) }],
      [flags, { method: "POST", body: "{}", headers: { "idempotency-key": secret, "content-encoding": secret } }],
      ["/api/v1/projects/default/environments/production/evaluate", evaluation(secret)],
      ["/api/v1/projects/default/environments/production/evaluate", evaluation({ [secret]: [secret] })],
    ];
    const answers = sent.map(async ([path, init]) => {
      const headers = { ...bearer(token), "content-type": "application/json", ...init.headers };
      return await (await fetch(server.url + path, { ...init, headers })).text();
    });
    return (await Promise.all(answers)).join("\n");
  };
  const evaluation = (email: unknown): RequestInit => ({
    method: "POST",
    body: JSON.stringify({ flag: "steady", context: { targetingKey: "u1", email } }),
  });

  it("F47: says no secret in any line, though it logs everything, and neither does the application", async () => {
    const secret = canary("whatever-was-sent");
    const personal = { targetingKey: canary("targeting-key"), email: canary("attribute") };
    await shownTo(secret, ADMIN_TOKEN);
    await doors.hello?.(ADMIN_TOKEN);
    await doors.stream?.(scene.key, { "sec-websocket-protocol": secret, cookie: `sid=${secret}` });
    for (const flag of ["steady", "nowhere"]) {
      await application.ask("evaluate", { flag, context: personal, defaultValue: false });
      const body = JSON.stringify({ context: personal, flags: [flag] });
      const headers = { ...bearer(clientKey), "content-type": "application/json" };
      await fetch(`${server.url}/sdk/v1/evaluate`, { method: "POST", headers, body });
    }
    await application.ask("flush");
    const hook = { url: `http://127.0.0.1:9/${secret}`, project: "default" };
    const made = await server.must<{ id: string; secret: string }>("POST", "webhooks", hook);
    await server.must("POST", `webhooks/${made.id}/test`, {});
    await scene.change();
    const token = await server.must<{ id: string; token: string }>("POST", "tokens", { name: "ci", role: "viewer" });
    await server.must("GET", "whoami", undefined, bearer(token.token));

    // Each list that names what has a secret, the history, and the numbers.
    const lists = [
      "keys",
      "tokens",
      "webhooks",
      "users",
      "projects/default/changes",
      "projects/default/changes/verify",
    ];
    const place = "projects/default/environments/production";
    const seen = await Promise.all(
      [...lists, `${place}/connections`, `${place}/missing-flags`, `projects/default/flags/steady/usage`].map(
        async (path) => JSON.stringify(await server.must("GET", path)),
      ),
    );
    seen.push(await (await fetch(`${server.url}/metrics`)).text());
    const secrets = [scene.key, clientKey, token.token].map((key) => key.split("_")[3] ?? "-");
    secrets.push(ADMIN_TOKEN, made.secret, personal.email, personal.targetingKey);
    for (const one of secrets) {
      expect(seen.join("\n")).not.toContain(one);
      expect(server.output).not.toContain(one);
      expect(application.stderr).not.toContain(one);
    }
    expect(server.output, "it did log").toContain("/sdk/v1/ruleset");
    expect(leaksIn(server.output)).toEqual([]);
  });

  it.each([
    ["a key in a log line", () => `{"level":"info","msg":"${scene.key}"}`, 1],
    ["a password in an address in a log line", () => '{"level":"info","url":"postgres://u:p@h/d"}', 1],
    ["a made-up secret anywhere", () => `note: ${canary("x")}`, 1],
    ["no key that is shown to people", () => `production: ${scene.key}`, 0],
  ])("F47: would be found to write %s", (_, output, leaks) => {
    expect(leaksIn(output())).toHaveLength(leaks);
  });
});
