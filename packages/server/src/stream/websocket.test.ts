import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { HubSocket } from "@bannerol/hub";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createWebSocketServer, hubSocket } from "./websocket.ts";

describe("a WebSocket as the hub sees it", () => {
  let server: Server;
  let client: WebSocket;
  let socket: HubSocket;

  beforeEach(async () => {
    server = createServer();
    const sockets = createWebSocketServer();
    const joined = new Promise<HubSocket>((resolve) => {
      server.on("upgrade", (request, beneath, head) => {
        sockets.handleUpgrade(request, beneath, head, (webSocket) => resolve(hubSocket(webSocket, beneath)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    socket = await joined;
    await new Promise((resolve) => client.once("open", resolve));
  });

  afterEach(() => {
    client.terminate();
    server.close();
  });

  const next = () => new Promise<string>((resolve) => client.once("message", (data) => resolve(data.toString())));
  const send = (text: string) => new Promise<void>((resolve) => socket.send(Buffer.from(text), resolve));

  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 300_000])("sends %i bytes as one text message", async (length) => {
    const text = "ü".repeat(Math.floor(length / 2)) + "x".repeat(length % 2);
    const [heard] = await Promise.all([next(), send(text)]);
    expect(heard).toBe(text);
    expect(socket.unsentBytes).toBe(0);
  });

  it("sends the same bytes again as the same message", async () => {
    const bytes = Buffer.from("again");
    for (let turn = 0; turn < 2; turn += 1) {
      const heard = next();
      socket.send(bytes, () => undefined);
      expect(await heard).toBe("again");
    }
  });

  it("keeps the order among messages, pongs and the close", async () => {
    const heard: string[] = [];
    client.on("message", (data) => heard.push(data.toString()));
    client.on("pong", () => heard.push("pong"));
    const closed = new Promise<number>((resolve) => client.once("close", resolve));
    client.ping();
    await new Promise((resolve) => client.once("pong", resolve));
    socket.send(Buffer.from("last"), () => undefined);
    socket.close(4403, "revoked");
    socket.send(Buffer.from("too late"), () => undefined);
    expect(await closed).toBe(4403);
    expect(heard).toEqual(["pong", "last"]);
  });
});
