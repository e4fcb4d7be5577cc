import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient, type NodeFlagClient } from "./create-client.ts";
import type { ClientOptions } from "./options.ts";
import { documentAt, KEY, type Script, snapshotOf, type TestServer, testServer } from "./testing/test-server.ts";
import { SDK } from "./version.ts";

/** A busy machine must not decide whether a test passes. */
const PATIENCE_MS = 60_000;

let cache = "";
const servers: TestServer[] = [];
const clients: NodeFlagClient[] = [];
beforeEach(async () => {
  cache = await mkdtemp(path.join(os.tmpdir(), "bannerol-client-"));
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(cache, { recursive: true });
});

async function serve(script: Script = { hello: () => snapshotOf(documentAt(1)) }): Promise<TestServer> {
  const server = await testServer(script);
  servers.push(server);
  return server;
}

function connect(options: Partial<ClientOptions> & { url: string }): NodeFlagClient {
  const client = createClient({ key: KEY, cache: false, logger: { warn: () => undefined }, ...options });
  clients.push(client);
  return client;
}

const heardOf = (client: NodeFlagClient, type: "error") =>
  new Promise<{ code: string; message: string }>((resolve) => void client.on(type, resolve));

describe("a client over real sockets", () => {
  it("becomes ready, follows changes, and acknowledges them", async () => {
    const server = await serve();
    const client = connect({ url: server.url });
    expect(client.isEnabled("flag")).toBe(false);
    expect(await client.ready()).toEqual({ source: "server" });
    expect(client.isEnabled("flag")).toBe(true);
    server.say(snapshotOf(documentAt(2, false)));
    await client.atLeast(2, { timeoutMs: 5_000 });
    expect(client.isEnabled("flag")).toBe(false);
    await vi.waitFor(() => expect(server.heard.at(-1)).toMatchObject({ type: "ack", revision: 2 }), PATIENCE_MS);
    expect(server.upgrades[0]?.authorization).toBe(`Bearer ${KEY}`);
    expect(server.heard[0]).toMatchObject({ type: "hello", protocol: 1, sdk: SDK });
    expect(server.heard[0]).not.toHaveProperty("key");
  });

  it("F14, P14: goes on by events where no WebSocket opens, and acknowledges beside them", async () => {
    const event = (message: object) => `data: ${JSON.stringify(message)}\n\n`;
    const acks: string[] = [];
    let say: (message: object) => void = () => undefined;
    const server = await serve({
      refuse: "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
      http(request, response) {
        if (request.url?.startsWith("/sdk/v1/ack")) {
          const chunks: Buffer[] = [];
          request.on("data", (chunk: Buffer) => chunks.push(chunk));
          request.on("end", () => acks.push(gunzipSync(Buffer.concat(chunks)).toString()));
          response.writeHead(204).end();
          return;
        }
        say = (message) => response.write(event(message));
        response.writeHead(200, { "content-type": "text/event-stream" });
        say(snapshotOf(documentAt(1)));
      },
    });
    const client = connect({ url: server.url });
    await client.ready();
    expect(client.status()).toMatchObject({ state: "live", transport: "sse", revision: 1 });
    say(snapshotOf(documentAt(2, false)));
    await client.atLeast(2, { timeoutMs: 5_000 });
    await vi.waitFor(
      () => expect(JSON.parse(acks.at(-1) ?? "{}")).toMatchObject({ epoch: "e", revision: 2 }),
      PATIENCE_MS,
    );
    expect(server.upgrades).toHaveLength(3);
  });

  it("fetches by HTTP what is too large for the stream", async () => {
    const document = documentAt(5);
    const server = await serve({
      hello: () => ({ type: "fetch", revision: 5, afterMs: 0 }),
      http: (_, response) =>
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document)),
    });
    const client = connect({ url: server.url });
    expect(await client.ready()).toEqual({ source: "server" });
    expect(client.status()).toMatchObject({ state: "live", revision: 5 });
  });

  it("starts from what the last process kept while the server is away (F3)", async () => {
    const server = await serve();
    const first = connect({ url: server.url, cache });
    await first.ready();
    await first.close();
    expect(await readdir(cache)).toHaveLength(1);
    await server.close();
    const second = connect({ url: server.url, cache });
    expect(await second.ready()).toEqual({ source: "cache" });
    expect(second.isEnabled("flag")).toBe(true);
    expect(second.status()).toMatchObject({ state: "offline", source: "cache", revision: 1 });
  });

  it("can be disposed of, and closed twice", async () => {
    const server = await serve();
    const client = connect({ url: server.url });
    await client.ready();
    await client[Symbol.asyncDispose]();
    await client.close();
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), PATIENCE_MS);
    expect(client.status().state).toBe("closed");
  });
});

describe("what a client was asked", () => {
  /** A server that takes counts, but for the first so many times. */
  async function counting(failures = 0) {
    const batches: { readonly id: string; readonly counts: unknown }[] = [];
    const server = await serve({
      hello: () => snapshotOf(documentAt(1)),
      http: async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        batches.push(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()));
        const status = batches.length > failures ? 200 : 503;
        response.writeHead(status, { "content-type": "application/json" }).end('{"counted":true}');
      },
    });
    return { server, batches };
  }
  const askTwice = async (client: NodeFlagClient) => {
    await client.ready();
    client.isEnabled("flag", { targetingKey: "user-1", email: "a@example.com" });
    client.isEnabled("flag");
  };
  const counts = [{ flag: "flag", variant: "on", reason: "STATIC", count: 2 }];

  it("is told to the server by flush(), in sums alone", async () => {
    const { server, batches } = await counting();
    const client = connect({ url: server.url });
    await askTwice(client);
    await client.flush();
    const instance = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(batches).toEqual([{ id: instance, instance, sdk: SDK, counts, missing: [] }]);
  });

  it("is told by close()", async () => {
    const { server, batches } = await counting();
    const client = connect({ url: server.url });
    await askTwice(client);
    await client.close();
    expect(batches).toMatchObject([{ counts }]);
  });

  it("is told again under the same id after a failure", async () => {
    const { server, batches } = await counting(1);
    const client = connect({ url: server.url });
    await askTwice(client);
    await client.flush();
    await vi.waitFor(() => expect(batches).toHaveLength(2), PATIENCE_MS);
    expect(batches[1]).toEqual(batches[0]);
    expect(client.status().drops).toBe(0);
  });

  it("stays here with events: false", async () => {
    const { server, batches } = await counting();
    const client = connect({ url: server.url, events: false });
    await askTwice(client);
    await client.flush();
    await client.close();
    expect(batches).toEqual([]);
    expect(client.exposures().exposures).toEqual(counts);
  });
});

describe("a client is told of, and does not throw for", () => {
  const refusal = (status: string, body: string, type = "application/problem+json") =>
    `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

  it.each([
    ["a wrong key", refusal("401 Unauthorized", '{"detail":"No such key."}'), "key_refused", "No such key."],
    ["a proxy's page", refusal("200 OK", "<html>", "text/html"), "unreachable", "proxy"],
    ["no HTTP at all", "garbage\r\n\r\n", "unreachable", "out of reach"],
    ["a server that hangs up", "", "unreachable", "out of reach"],
  ])("%s", async (_, refuse, code, words) => {
    const server = await serve({ refuse });
    const client = connect({ url: server.url, readyTimeoutMs: 2_000 });
    const problem = await heardOf(client, "error");
    expect(problem).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(client.status()).toMatchObject({ state: "offline", problem: { code } });
    expect(client.isEnabled("flag", {}, true)).toBe(true);
  });

  it("a frame that is too large (A19)", async () => {
    const server = await serve({ hello: () => ({ type: "current", padding: "x".repeat(2 * 1024 * 1024) }) });
    const client = connect({ url: server.url });
    expect(await heardOf(client, "error")).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("Max payload"),
    });
  });

  it("a message in ever more pieces, none of which is the last (A19)", async () => {
    const server = await serve({ hello: () => undefined });
    const client = connect({ url: server.url });
    await vi.waitFor(() => expect(server.heard).toHaveLength(1), PATIENCE_MS);
    for (const socket of server.sockets) {
      for (let piece = 0; piece < 20_000; piece += 1) socket.send("", { fin: false });
    }
    expect(await heardOf(client, "error")).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("Too many"),
    });
    expect(client.isEnabled("flag", {}, true)).toBe(true);
  });

  it("a binary frame", async () => {
    const server = await serve({ hello: () => undefined });
    const client = connect({ url: server.url });
    await vi.waitFor(() => expect(server.heard).toHaveLength(1), PATIENCE_MS);
    for (const socket of server.sockets) socket.send(Buffer.from([1, 2, 3]));
    expect(await heardOf(client, "error")).toMatchObject({ code: "protocol_error" });
  });

  it("many clients of one key: one warning, and each works (F49)", async () => {
    const server = await serve();
    const warn = vi.fn();
    const many = Array.from({ length: 12 }, () => connect({ url: server.url, logger: { warn } }));
    await Promise.all(many.map((client) => client.ready()));
    expect(many.every((client) => client.isEnabled("flag"))).toBe(true);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it("a logger that throws keeps nobody from having a client (F48)", async () => {
    const server = await serve();
    const warn = vi.fn(() => {
      throw new Error("no log");
    });
    const many = Array.from({ length: 6 }, () => connect({ url: server.url, logger: { warn } }));
    await Promise.all(many.map((client) => client.ready()));
    expect(warn).toHaveBeenCalledTimes(1);
  });
});
