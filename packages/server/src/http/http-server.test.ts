import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { Hono } from "hono";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpServer } from "./http-server.ts";
import type { App } from "./mount.ts";

describe("an HTTP server that holds two connections", () => {
  let dropped = 0;
  const http = createHttpServer(new Hono(), {
    maxConnections: 2,
    dropped() {
      dropped += 1;
    },
  });
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await http.stop(0);
  });

  it("closes the next as it comes, goes on with those, and takes another when one has gone", async () => {
    const port = await http.listen(0, "127.0.0.1");
    const open = async () => {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket.on("error", () => undefined));
      await once(socket, "connect");
      return socket;
    };
    const answer = async (socket: Socket) => {
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      const [data] = await once(socket, "data");
      return String(data).split("\r\n")[0];
    };
    const [first, second] = [await open(), await open()];
    expect(await answer(second)).toBe("HTTP/1.1 404 Not Found");
    const third = await open();
    await once(third, "close");
    expect(dropped).toBe(1);
    expect(await answer(first)).toBe("HTTP/1.1 404 Not Found");
    const gone = once(http.server, "connection");
    first.destroy();
    for (let next = await open(); ; next = await open()) {
      const taken = await Promise.race([once(next, "close").then(() => false), gone.then(() => true)]);
      if (taken) return expect(await answer(next)).toBe("HTTP/1.1 404 Not Found");
    }
  });
});

it("keeps a connection without a request for longer than proxies keep theirs, and says how long", async () => {
  const http = createHttpServer(new Hono());
  const port = await http.listen(0, "127.0.0.1");
  const socket = connect(port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const [data] = await once(socket, "data");
  socket.destroy();
  await http.stop(0);
  const [, seconds] = /\r\nKeep-Alive: timeout=(\d+)\r\n/.exec(String(data)) ?? [];
  expect(Number(seconds)).toBeGreaterThan(60);
});

it("cuts whoever takes nothing of its answer, and nobody who waits for one (I9)", async () => {
  const large = new Uint8Array(16 * 1024 * 1024);
  const app: App = new Hono();
  let answer = () => {};
  app.get("/large", () => new Response(large));
  app.get("/slow", () => new Promise<Response>((resolve) => (answer = () => resolve(new Response("done")))));
  const shortWay = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url !== "/short") return false;
    response.end(large);
    return true;
  };
  const http = createHttpServer(app, { stalledMs: 50, shortWay });
  const port = await http.listen(0, "127.0.0.1");
  const ask = (path: string) => {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return socket;
  };
  const asked = once(http.server, "request");
  const waiting = ask("/slow");
  const answered = once(waiting, "data");
  await asked;
  for (const path of ["/large", "/short"]) {
    const accepted = once(http.server, "connection");
    const socket = ask(path).pause();
    const [served] = await accepted;
    await once(served, "close");
    socket.destroy();
  }
  answer();
  expect(String((await answered)[0])).toContain("200 OK");
  waiting.destroy();
  await http.stop(0);
});
