import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { parseCredential } from "@bannerol/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { readConfig } from "./config.ts";
import { StartError } from "./listening.ts";
import { type RunningServer, startServer } from "./main.ts";
import { readEvents } from "./testing/event-reader.ts";

describe("a server", () => {
  let folder: string;
  let running: RunningServer[];
  let lines: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "bannerol-server-"));
    running = [];
    lines = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((server) => server.close()));
    await rm(folder, { recursive: true });
  });

  const start = async (settings: { readonly [name: string]: string } = {}) => {
    const config = readConfig({
      PORT: "0",
      DATABASE_URL: `sqlite:${join(folder, "b.db")}`,
      BANNEROL_DRAIN_SECONDS: "1",
      ...settings,
    });
    const server = await startServer(config, { log: (line) => void lines.push(line) });
    running.push(server);
    return server;
  };
  const get = (server: RunningServer, path: string, token?: string) =>
    fetch(
      `http://127.0.0.1:${server.port}${path}`,
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    );
  /** What a socket answers to bytes. */
  const send = (server: RunningServer, text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
      let answer = "";
      socket.on("data", (data) => {
        answer += data.toString();
      });
      socket.on("close", () => resolve(answer));
      socket.on("error", reject);
    });

  it("makes a project, its environments, a key for each and an admin token on its first start, and never again", async () => {
    const first = await start();
    expect(Object.keys(first.keys ?? {})).toEqual(["development", "staging", "production"]);
    expect(Object.values(first.keys ?? {}).map((key) => parseCredential(key)?.class)).toEqual([
      "server",
      "server",
      "server",
    ]);
    expect((await get(first, "/api/v1/projects", first.adminToken)).status).toBe(200);
    for (const key of Object.values(first.keys ?? {}))
      expect((await get(first, "/sdk/v1/ruleset", key)).status).toBe(200);
    await first.close();
    const second = await start();
    expect([second.adminToken, second.keys]).toEqual([undefined, undefined]);
    expect((await get(second, "/api/v1/projects", first.adminToken)).status).toBe(200);
    expect((await get(second, "/sdk/v1/ruleset", first.keys?.staging)).status).toBe(200);
    expect(lines.join("")).not.toContain(parseCredential(first.adminToken ?? "")?.secret);
  });

  it("takes the admin token of its settings, makes no other, and never prints it", async () => {
    const token = "a-token-from-the-settings-0123456789";
    const server = await start({ BANNEROL_ADMIN_TOKEN: token });
    expect(server.adminToken).toBeUndefined();
    expect((await get(server, "/api/v1/tokens", token)).status).toBe(200);
    await get(server, `/api/v1/projects/${token}`, token);
    expect(lines.join("")).not.toContain(token);
  });

  it("F47: says that its database is out of reach, and no word of the password", async () => {
    const password = "canary-of-the-password";
    const url = `postgres://bannerol:${password}@127.0.0.1:1/bannerol`;
    const failed = start({ DATABASE_URL: url, LOG_LEVEL: "trace" });
    await expect(failed).rejects.toThrow(/database/i);
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 9, showHidden: true }) + lines.join("")).not.toContain(password);
    await expect(start({ DATABASE_URL: `${url}?sslmode=%` })).rejects.not.toThrow(password);
  });

  it("says in one line that its port is taken, and leaves the database free and no secret unseen", async () => {
    const first = await start();
    const other = { DATABASE_URL: `sqlite:${join(folder, "other.db")}` };
    const taken = start({ ...other, PORT: String(first.port) });
    await expect(taken).rejects.toThrow(StartError);
    await expect(taken).rejects.toThrow(`Port ${first.port} of 127.0.0.1 is taken`);
    await expect(start(other)).resolves.toMatchObject({
      url: expect.stringContaining("http://localhost:"),
      adminToken: expect.stringMatching(/^bnr_token_/),
      keys: { production: expect.stringMatching(/^bnr_server_/) },
    });
  });

  it("F39: answers what is no request, and headers without end, and goes on", async () => {
    const server = await start();
    expect(await send(server, "HELLO\r\n\r\n")).toMatch(/^HTTP\/1.1 400 .*"code":"malformed_request"/s);
    const large = `GET /livez HTTP/1.1\r\nHost: x\r\nX-Large: ${"x".repeat(20_000)}\r\n\r\n`;
    expect(await send(server, large)).toMatch(/^HTTP\/1.1 431 .*"code":"headers_too_large"/s);
    const twice = "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    expect(await send(server, twice)).toMatch(/^HTTP\/1.1 400 /);
    const noHost = "GET http://[::1 HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n";
    expect(await send(server, noHost)).toMatch(/^HTTP\/1.1 400 /);
    expect((await get(server, "/livez")).status).toBe(200);
  });

  it("A20: cuts off a body in chunks without length at the limit", async () => {
    const server = await start();
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const head = `POST /api/v1/projects/default/flags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.adminToken}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect(await send(server, head + chunk.repeat(20))).toMatch(/^HTTP\/1.1 413 .*"code":"body_too_large"/s);
    expect((await get(server, "/livez")).status).toBe(200);
  });

  it("holds as many streams as it was told, tells the next when to come again, and serves whoever polls", async () => {
    const server = await start({ BANNEROL_MAX_STREAMS: "2" });
    const key = server.keys?.production ?? "";
    const headers = { authorization: `Bearer ${key}` };
    const open = () => readEvents({ port: server.port, headers });
    const readers = [await open(), await open()];
    const refused = await open();
    expect([refused.status, Number(refused.headers["retry-after"])]).toEqual([503, expect.any(Number)]);
    const shown = new WebSocket(`ws://127.0.0.1:${server.port}/sdk/v1/stream`, { headers });
    const status = await new Promise((resolve) => {
      shown.on("error", () => undefined).on("unexpected-response", (_, { statusCode }) => resolve(statusCode));
    });
    expect(status).toBe(503);
    expect((await get(server, "/sdk/v1/ruleset", key)).status).toBe(200);
    expect((await get(server, "/readyz")).status).toBe(200);
    expect(await (await get(server, "/metrics")).text()).toContain("bannerol_handshakes_refused_total 2\n");
    readers.pop()?.close();
    await vi.waitFor(
      async () => {
        const next = await open();
        readers.push(next);
        expect(next.status).toBe(200);
      },
      { timeout: 60_000 },
    );
    for (const reader of readers) reader.close();
  });

  it("F13: finishes what is in flight when it stops, and says meanwhile that it is not ready", async () => {
    const server = await start();
    const socket = connect(server.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => {
      answer += data.toString();
    });
    const ended = new Promise((resolve) => socket.on("close", resolve));
    const body = JSON.stringify({ key: "late" });
    const head = `POST /api/v1/projects/default/flags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.adminToken}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.write(head + body.slice(0, 5));
    const ready = await get(server, "/readyz");
    expect(ready.status).toBe(200);
    await ready.arrayBuffer();
    const closed = server.close();
    socket.write(body.slice(5));
    await Promise.all([closed, ended]);
    expect(answer).toMatch(/^HTTP\/1.1 201 /);
    expect(lines.join("")).toContain("the server has stopped");
  });

  it("keeps what it acknowledged, and stops twice as well as once", async () => {
    const first = await start();
    const made = await fetch(`http://127.0.0.1:${first.port}/api/v1/projects/default/flags`, {
      method: "POST",
      headers: { authorization: `Bearer ${first.adminToken}`, "content-type": "application/json" },
      body: JSON.stringify({ key: "kept" }),
    });
    expect(made.status).toBe(201);
    await get(first, "/sdk/v1/ruleset", first.keys?.production);
    await Promise.all([first.close(), first.close()]);
    await expect(get(first, "/livez")).rejects.toThrow();
    const second = await start();
    expect((await get(second, "/api/v1/projects/default/flags/kept", first.adminToken)).status).toBe(200);
    const keys = await (await get(second, "/api/v1/keys?environment=production", first.adminToken)).text();
    expect(keys).toContain('"lastUsedAt":"');
  });
});
