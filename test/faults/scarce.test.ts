/** Servers that have too little of what a process needs: file descriptors, memory. */
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../e2e/harness.ts";
import { clients, seconds } from "./amounts.ts";
import { CrowdOfClients } from "./crowd-of-clients.ts";
import { temporaryFolders } from "./folders.ts";
import { RawStream } from "./raw-stream.ts";
import { Scene, statusOf } from "./scene.ts";
import { ADMIN_TOKEN, Server } from "./server.ts";

const freshFolder = temporaryFolders();
const MiB = 1024 * 1024;

/** Sends one request over connections of this agent; the status. */
function send(url: string, agent: Agent | false, method = "GET", body?: object): Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Connections that say nothing: each that is closed is made anew, until they are let go. */
class Idlers {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #held = true;
  turnedAway = 0;

  constructor(url: string, count: number) {
    this.#port = Number(new URL(url).port);
    for (let made = 0; made < count; made += 1) this.#connect();
  }

  letGo(): void {
    this.#held = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(): void {
    const socket = connect(this.#port, "127.0.0.1");
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", async () => {
      this.#sockets.delete(socket);
      this.turnedAway += 1;
      await pause(50);
      if (this.#held) this.#connect();
    });
  }
}

describe("a server that may open 256 files", () => {
  const by = ["bash", "-c", 'ulimit -n 256 && exec "$@"', "limited"];
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), {}, by));
  beforeAll(() => scene.start());
  afterAll(() => scene.end());

  it("F51: serves and changes over the connections in place while there are none left, and takes new ones after that", async () => {
    const { server } = scene;
    const application = await (await scene.line()).current();
    const before = await scene.newest();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await send(`${server.url}/livez`, agent)).toBe(200);
    const idlers = new Idlers(server.url, 400);
    try {
      await until(async () => {
        expect(await send(`${server.url}/livez`, agent), "a connection in place is served").toBe(200);
        return idlers.turnedAway > 50;
      });
      await expect(send(`${server.url}/livez`, false), "there is no room for a new one").rejects.toThrow();
      const steady = "/api/v1/projects/default/flags/steady/environments/production";
      expect(await send(`${server.url}${steady}/disable`, agent, "POST")).toBe(200);
      await application.ask("atLeast", { revision: before.revision + 1, timeoutMs: 60_000 });
      expect(await statusOf(application)).toMatchObject({ state: "live", transport: "websocket" });
    } finally {
      idlers.letGo();
      agent.destroy();
    }
    await until(async () => (await send(`${server.url}/livez`, false).catch(() => 0)) === 200);
    expect(server.hasEnded).toBe(false);
    const revision = await scene.change();
    await application.ask("atLeast", { revision, timeoutMs: 60_000 });
  });
});

describe(`a server with 128 MiB for its objects, and ${clients} SDKs`, () => {
  const settings = { NODE_OPTIONS: "--max-old-space-size=128" };
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder(), settings));
  const deaf: RawStream[] = [];
  let crowd: CrowdOfClients;
  beforeAll(async () => {
    await scene.start();
    crowd = new CrowdOfClients({ url: scene.server.url, key: scene.key, count: clients });
    await crowd.ready();
  });
  afterAll(async () => {
    for (const { socket } of deaf) socket.destroy();
    crowd?.end();
    await scene.end();
  });

  it("F54: lives, and grows no more, with a tenth of them not reading and a change a second", async () => {
    const { server } = scene;
    for (let made = 0; made < clients / 10; made += 1) deaf.push(await RawStream.greeted(server.url, scene.key));
    for (const { socket } of deaf) socket.pause();
    const used: number[] = [];
    let revision = 0;
    for (let round = 0; round < seconds; round += 1) {
      const included = Array.from({ length: 2_000 }, (_, user) => `u${round}-${user}`);
      await scene.write([{ segment: "large", after: { included } }]);
      revision = await scene.change();
      await until(async () => (await crowd.have(revision)).current === clients);
      used.push(await server.metric("process_resident_memory_bytes"));
      // In the short form everything that can go wrong is as fast as it goes.
      await pause(seconds > 10 ? 1_000 : 0);
    }
    const third = Math.ceil(used.length / 3);
    const [begun, ended] = [Math.max(...used.slice(0, third)), Math.min(...used.slice(-third))];
    console.info(`${clients} SDKs, ${seconds} rounds: ${used.map((bytes) => Math.round(bytes / MiB)).join(" ")} MiB`);
    expect(ended - begun, "what one round more costs is given back").toBeLessThan(64 * MiB);
    expect(Math.max(...used)).toBeLessThan((128 + 192) * MiB);
    expect(server.hasEnded).toBe(false);
    expect(await crowd.have(revision)).toEqual({ current: clients, wrong: 0 });
  });
});
