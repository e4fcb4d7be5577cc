/** The two ways in, with what may stand in them: each server here is a proxy that somebody has set up wrongly. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { hearEvents, hearWebSocket } from "./streams.ts";

const key = "bnr_server_0123456789AB_abcdefghijklmnopqrstuvwxyz012345_130TMT";
const patienceMs = 100;
const current = JSON.stringify({ type: "current", epoch: "e", revision: 1, checksum: 0 });
const refused = JSON.stringify({
  type: "problem",
  code: "key_invalid",
  title: "No",
  status: 401,
  detail: "No such key.",
});

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: RequestListener, socket?: (socket: WebSocket) => void): Promise<string> {
  server = createServer(answer);
  const started = server;
  if (socket !== undefined) new WebSocketServer({ server: started }).on("connection", socket);
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

const nobody: RequestListener = (_, response) => response.writeHead(404).end();

describe("a WebSocket", () => {
  it.each([
    ["is open where the server answers the hello", current, key, { heard: true }],
    ["is open where the server refuses, no key being given", refused, undefined, { heard: true }],
    ["is shut to a key that the server refuses", refused, key, { heard: false, says: "No such key." }],
    ["is shut where somebody else answers", "hello", key, { heard: false, says: expect.stringMatching(/no message/) }],
  ])("%s", async (_, answer, given, expected) => {
    const url = await serve(nobody, (socket) => socket.on("message", () => socket.send(answer)));
    expect(await hearWebSocket({ url, patienceMs: 5_000, ...(given && { key: given }) })).toMatchObject(expected);
  });

  it.each([
    [400, /the upgrade is answered with 400 \(nginx\)/, /Upgrade and Connection/],
    [401, /the key is refused, 401/, /another key/],
    [503, /too many connect/, /in a moment/],
  ])("is shut where the handshake is answered with %i", async (status, says, todo) => {
    const url = await serve(nobody);
    server?.on("upgrade", (_, socket) =>
      socket.end(`HTTP/1.1 ${status} No\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`),
    );
    const heard = await hearWebSocket({ url, key, patienceMs: 5_000 });
    expect(heard).toEqual({ heard: false, says: expect.stringMatching(says), todo: expect.stringMatching(todo) });
  });

  it("is shut where the upgrade is lost, and no key was shown that could be refused", async () => {
    const url = await serve(nobody);
    server?.on("upgrade", (_, socket) => socket.end("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"));
    expect(await hearWebSocket({ url, patienceMs: 5_000 })).toMatchObject({
      heard: false,
      says: "the upgrade is answered with 401",
    });
  });

  it("is shut where it is silent, is closed, or nobody listens", async () => {
    const silent = await serve(nobody, () => undefined);
    expect(await hearWebSocket({ url: silent, key, patienceMs })).toMatchObject({
      says: expect.stringMatching(/nothing/),
    });
    server?.closeAllConnections();
    const closing = await serve(nobody, (socket) => socket.close(1011));
    expect(await hearWebSocket({ url: closing, key, patienceMs: 5_000 })).toMatchObject({
      says: expect.stringMatching(/closed \(1011\)/),
    });
    expect(await hearWebSocket({ url: "http://127.0.0.1:9", key, patienceMs })).toMatchObject({ heard: false });
  });
});

describe("Server-Sent Events", () => {
  const stream: RequestListener = (_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
    response.write(`data: ${current}\n\n`);
  };
  const buffered: RequestListener = (_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
  };
  const page: RequestListener = (_, response) => {
    response.writeHead(200, { "Content-Type": "text/html" }).end("<html>");
  };
  const ending: RequestListener = (_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" }).end();
  };

  it("are open where one comes through", async () => {
    expect(await hearEvents({ url: await serve(stream), key, patienceMs: 5_000 })).toMatchObject({ heard: true });
  });

  it.each([
    ["where something holds them back", buffered, /nothing comes within 0.1 s/],
    ["where a page is answered", page, /answered with 200, text\/html/],
    ["where the stream is not passed on", nobody, /answered with 404/],
    ["where it ends at once", ending, /ends before/],
  ])("are shut %s", async (_, answer, says) => {
    const heard = await hearEvents({
      url: await serve(answer),
      key,
      patienceMs: answer === buffered ? patienceMs : 5_000,
    });
    expect(heard).toMatchObject({ heard: false, says: expect.stringMatching(says) });
  });
});
