/** For tests: a flag server on 127.0.0.1 whose answers are the test's. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { checksumOf, type RulesetDocument, readRuleset } from "@bannerol/core";
import { type WebSocket, WebSocketServer } from "ws";

export const KEY = "bnr_server_not-a-real-one";

export function documentAt(revision: number, enabled = true): RulesetDocument {
  const flag = {
    version: revision,
    type: "boolean",
    seed: 1,
    variants: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    enabled,
    off: "off",
    prerequisites: [],
    targets: [],
    rules: [],
    fallthrough: { variant: "on" },
  };
  return { epoch: "e", revision, project: "default", environment: "test", flags: { flag }, segments: {} };
}

export const snapshotOf = (document: RulesetDocument) => ({
  type: "snapshot",
  ruleset: document,
  checksum: checksumOf(readRuleset(document)),
});

export interface TestServer {
  readonly url: string;
  /** What clients said, in order. */
  readonly heard: readonly unknown[];
  /** Headers of the upgrades. */
  readonly upgrades: readonly IncomingMessage["headers"][];
  readonly sockets: ReadonlySet<WebSocket>;
  say(message: unknown): void;
  close(): Promise<void>;
}

export interface Script {
  /** Answers requests; 404 otherwise. */
  readonly http?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers upgrades by plain HTTP, raw. */
  readonly refuse?: string;
  /** Answers each hello. */
  readonly hello?: (hello: unknown) => unknown;
}

export async function testServer(script: Script = {}): Promise<TestServer> {
  const heard: unknown[] = [];
  const upgrades: IncomingMessage["headers"][] = [];
  const sockets = new Set<WebSocket>();
  const webSockets = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => {
    if (script.http === undefined) response.writeHead(404).end();
    else script.http(request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    upgrades.push(request.headers);
    if (script.refuse !== undefined) {
      socket.end(script.refuse);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.add(webSocket);
      webSocket.on("close", () => sockets.delete(webSocket));
      webSocket.on("message", (data) => {
        const message: unknown = JSON.parse(data.toString());
        heard.push(message);
        const isHello =
          typeof message === "object" && message !== null && "type" in message && message.type === "hello";
        const answer = isHello ? script.hello?.(message) : undefined;
        if (answer !== undefined) webSocket.send(JSON.stringify(answer));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    upgrades,
    sockets,
    say(message) {
      for (const socket of sockets) socket.send(JSON.stringify(message));
    },
    close() {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
