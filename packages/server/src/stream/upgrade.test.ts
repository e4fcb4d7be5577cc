import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { type Grant, Hub } from "@bannerol/hub";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { KeyGrant } from "../auth/authenticate.ts";
import type { Refusal } from "../http/refusal.ts";
import { Admission } from "./admission.ts";
import { Places } from "./places.ts";
import { attachStream } from "./upgrade.ts";

const identity = { epoch: "e1", revision: 0, checksum: 0 };
const grant: Grant = {
  keyId: "k1",
  viewId: "default/production/server",
  source: {
    identity: () => identity,
    ruleset: () => ({
      epoch: "e1",
      revision: 0,
      project: "default",
      environment: "production",
      flags: {},
      segments: {},
    }),
    upTo: () => 0,
    deltaSince: () => "tooOld",
    catchUp: async () => {},
  },
};

const client: KeyGrant = { keyId: "k1", project: "default", environment: "production", class: "client" };

describe("the stream's door", () => {
  let server: Server;
  let port: number;
  let hub: Hub;
  let admitting: Admission;
  let places: Places;
  const asked: (readonly [string, string | undefined])[] = [];

  beforeEach(async () => {
    asked.length = 0;
    hub = new Hub({ monotonic: () => 0, every: () => () => {} });
    admitting = new Admission(100, 0, () => 0.5);
    places = new Places({ all: 3, perKey: 3, perAddress: 2 });
    server = createServer();
    attachStream(server, {
      hub,
      admission: { admit: (now) => admitting.admit(now) },
      places,
      proxies: 0,
      grant: () => grant,
      monotonic: () => 0,
      random: () => 0.5,
      authenticate: async (key, { origin } = {}): Promise<KeyGrant | Refusal> => {
        asked.push([key, origin]);
        if (key === "good") return client;
        return key === "leaked"
          ? { code: "key_leaked", detail: "A server key came from a browser." }
          : { code: "key_invalid", detail: "There is no such key." };
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterEach(async () => {
    await hub.drain("the test is over", 0);
    await new Promise((resolve) => server.close(resolve));
  });

  const open = (path: string, headers: Record<string, string> = {}, protocols: string[] = []) =>
    new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });

  const answerTo = (socket: WebSocket) =>
    new Promise<{ status: number | undefined; retryAfter: string | undefined; body: string }>((resolve, reject) => {
      socket.on("open", () => reject(new Error("the handshake was accepted")));
      socket.on("error", () => {});
      socket.on("unexpected-response", (_, response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode, retryAfter: response.headers["retry-after"], body }),
        );
      });
    });

  const hello = JSON.stringify({ type: "hello", protocol: 1, sdk: { name: "t", version: "1" }, instance: "i" });

  it("admits a key in the header, and answers its hello", async () => {
    const socket = open("/sdk/v1/stream?a=b", { authorization: "Bearer good" });
    socket.on("open", () => socket.send(hello));
    const message = await new Promise<string>((resolve) => socket.on("message", (data) => resolve(data.toString())));
    expect(JSON.parse(message)).toMatchObject({ type: "snapshot" });
    expect(hub.inventory(grant.viewId)).toHaveLength(1);
  });

  it.each([
    ["another path", "/sdk/v1/streams", { authorization: "Bearer good" }, 404, "not_found"],
    ["the path in other letters", "/SDK/v1/stream", { authorization: "Bearer good" }, 404, "not_found"],
    ["an encoded path", "/sdk/v1%2Fstream", { authorization: "Bearer good" }, 404, "not_found"],
    ["a wrong key", "/sdk/v1/stream", { authorization: "Bearer bad" }, 401, "key_invalid"],
    ["a header that holds no key", "/sdk/v1/stream", { authorization: "Basic Zm9v" }, 401, "key_invalid"],
    ["a server key from a browser", "/sdk/v1/stream", { authorization: "Bearer leaked" }, 403, "key_leaked"],
  ])("refuses %s with a problem", async (_, path, headers, status, code) => {
    const answer = await answerTo(open(path, headers));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ type: `urn:bannerol:problem:${code}`, status, code });
  });

  it("tells handshakes beyond the rate when to come again", async () => {
    admitting = new Admission(0, 0, () => 0.5);
    const answer = await answerTo(open("/sdk/v1/stream", { authorization: "Bearer good" }));
    expect(answer).toMatchObject({ status: 503, retryAfter: "1" });
    expect(asked).toEqual([]);
  });

  it("passes the browser's origin on, with a key in the header and in hello alike", async () => {
    await answerTo(open("/sdk/v1/stream", { authorization: "Bearer bad", origin: "https://shop.example" }));
    const socket = open("/sdk/v1/stream", { origin: "https://shop.example" });
    socket.on("open", () => socket.send(JSON.stringify({ ...JSON.parse(hello), key: "leaked" })));
    const code = await new Promise((resolve) => socket.on("close", resolve));
    expect(code).toBe(4401);
    expect(asked).toEqual([
      ["bad", "https://shop.example"],
      ["leaked", "https://shop.example"],
    ]);
  });

  it("echoes no subprotocol: browsers have put keys there", async () => {
    const socket = open("/sdk/v1/stream", { authorization: "Bearer good" }, ["bnr_server_secret"]);
    const error = await new Promise<Error>((resolve) => socket.on("error", resolve));
    expect(error.message).toMatch(/no subprotocol/i);
  });

  it.each([
    ["a binary frame", (socket: WebSocket) => socket.send(Buffer.from(hello)), 4400],
    ["a frame over the limit", (socket: WebSocket) => socket.send("x".repeat(70_000)), 1009],
    ["a message in a thousand pieces", sendInPieces, 1008],
  ])("ends a connection that sends %s", async (_, send, expected) => {
    const socket = open("/sdk/v1/stream", { authorization: "Bearer good" });
    socket.on("open", () => send(socket));
    expect(await new Promise((resolve) => socket.on("close", resolve))).toBe(expected);
    expect(hub.size).toBe(0);
  });

  it("gives those who hold no secret only so many places, and takes them back", async () => {
    const opened = async (socket: WebSocket) => {
      await new Promise((resolve) => socket.on("open", resolve));
      return socket;
    };
    const first = await opened(open("/sdk/v1/stream", { authorization: "Bearer good" }));
    const second = await opened(open("/sdk/v1/stream"));
    const answered = new Promise((resolve) => second.on("message", resolve));
    second.send(JSON.stringify({ ...JSON.parse(hello), key: "good" }));
    await answered;
    const third = await answerTo(open("/sdk/v1/stream", { authorization: "Bearer good" }));
    expect(third).toMatchObject({ status: 503, retryAfter: "16" });
    const byHello = open("/sdk/v1/stream");
    byHello.on("open", () => byHello.send(JSON.stringify({ ...JSON.parse(hello), key: "good" })));
    expect(await new Promise((resolve) => byHello.on("close", resolve))).toBe(1013);
    for (const socket of [first, second]) {
      const gone = new Promise((resolve) => socket.on("close", resolve));
      socket.close();
      await gone;
    }
    await vi.waitFor(() => expect(places.has("k1", "127.0.0.1")).toBe(false), { timeout: 60_000 });
    await opened(open("/sdk/v1/stream", { authorization: "Bearer good" }));
  });

  it("A18: survives whatever a handshake holds, and admits the next", async () => {
    const answerToRaw = (text: string) =>
      new Promise<string>((resolve) => {
        const raw = connect(port, "127.0.0.1", () => raw.write(text));
        raw.on("data", (data) => {
          resolve(data.toString("latin1"));
          raw.destroy();
        });
        raw.on("error", () => raw.destroy()).on("close", () => resolve(""));
      });
    // Whatever else it holds, it asks for an upgrade.
    const usual = ["Host: x", "Connection: Upgrade", "Upgrade: websocket"];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(headerName, headerValue), { maxLength: 12 }), async (headers) => {
        const lines = headers.map(([name, value]) => `${name}: ${value}`);
        const answer = await answerToRaw(["GET /sdk/v1/stream HTTP/1.1", ...usual, ...lines, "", ""].join("\r\n"));
        expect(answer).toMatch(/^HTTP\/1\.1 (101|4\d\d|503) /);
      }),
      { numRuns: 200 },
    );
    admitting = new Admission(100, 0, () => 0.5);
    const headers = Array.from({ length: 1_900 }, (_, at) => `x-${at}: `).join("\r\n");
    expect(await answerToRaw(`GET /sdk/v1/stream HTTP/1.1\r\n${usual.join("\r\n")}\r\n${headers}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 4\d\d /,
    );
    const socket = open("/sdk/v1/stream", { authorization: "Bearer good" });
    await new Promise((resolve) => socket.on("open", resolve));
  });

  it("survives a peer that vanishes in mid-handshake", async () => {
    const raw = connect(port, "127.0.0.1");
    const request =
      "GET /sdk/v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer good\r\n\r\n";
    raw.write(request, () => raw.resetAndDestroy());
    await new Promise((resolve) => raw.on("close", resolve));
    const answer = await answerTo(open("/sdk/v1/stream", { authorization: "Bearer bad" }));
    expect(answer.status).toBe(401);
  });
});

const headerName = fc.oneof(
  fc.constantFrom("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"),
  fc.constantFrom("Upgrade", "Connection", "Authorization", "Origin", "Cookie", "__proto__", "constructor"),
);
const headerValue = fc.oneof(
  fc.constantFrom("websocket", "Upgrade", "13", "dGhlIHNhbXBsZSBub25jZQ==", "Bearer good", "Bearer bad", "", "null"),
  fc.constantFrom("permessage-deflate; __proto__; constructor=1", "constructor", "a,,b", ",".repeat(5_000)),
  fc.constantFrom(
    `${"a, ".repeat(3_000)}b`,
    `x${" ".repeat(8_000)}y`,
    '"'.repeat(500),
    "permessage-deflate;".repeat(400),
  ),
  fc.stringMatching(/^[ -~]{0,30}$/),
);

function sendInPieces(socket: WebSocket): void {
  for (let piece = 0; piece < 1_000; piece += 1) socket.send("x", { fin: false });
}
