/** From an acknowledged change to every SDK having applied it, beside a bare `ws` broadcast of as many bytes. */
import { createClient } from "@bannerol/sdk-node";
import { WebSocket, WebSocketServer } from "ws";
import { freePort, World } from "../e2e/harness.ts";

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Propagation {
  readonly clients: number;
  /** Milliseconds from sending a change to its being answered: durable on disk, and on its way. */
  readonly acknowledged: Spread;
  /** Milliseconds from sending a change to its being applied in each client. */
  readonly applied: Spread;
  /** Milliseconds from `send` to its arrival at each of as many bare clients, in the same process. */
  readonly broadcast: Spread;
}

export async function measurePropagation(clients: number, rounds: number): Promise<Propagation> {
  return {
    clients,
    ...(await throughBannerol(clients, rounds)),
    broadcast: await throughBareSockets(clients, rounds),
  };
}

async function throughBannerol(count: number, rounds: number): Promise<Pick<Propagation, "acknowledged" | "applied">> {
  const world = new World();
  try {
    await world.startServer();
    await world.json("flag", "create", "bench");
    await world.json("flag", "enable", "bench", "--env", "production");
    const options = { url: world.url, key: world.key(), cache: false as const, logger: { warn: () => {} } };
    const clients = Array.from({ length: count }, () => createClient(options));
    await Promise.all(clients.map((client) => client.ready()));
    const acknowledged: number[] = [];
    const applied: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const seen = clients.map(
        (client) =>
          new Promise<number>((resolve) => {
            const stop = client.on("change", () => {
              stop();
              resolve(performance.now());
            });
          }),
      );
      const started = performance.now();
      const path = "projects/default/flags/bench/environments/production/rollout";
      await world.api("PUT", path, { percentage: 1 + (round % 99) });
      acknowledged.push(performance.now() - started);
      applied.push(...(await Promise.all(seen)).map((at) => at - started));
    }
    await Promise.all(clients.map((client) => client.close()));
    return { acknowledged: spread(acknowledged), applied: spread(applied) };
  } finally {
    await world.end();
  }
}

async function throughBareSockets(count: number, rounds: number): Promise<Spread> {
  const port = await freePort();
  const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: false });
  const clients = Array.from({ length: count }, () => new WebSocket(`ws://127.0.0.1:${port}`));
  await Promise.all(clients.map((client) => new Promise((resolve) => client.once("open", resolve))));
  const payload = Buffer.alloc(400, "x");
  const millis: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const seen = clients.map(
      (client) => new Promise<number>((resolve) => client.once("message", () => resolve(performance.now()))),
    );
    const started = performance.now();
    for (const socket of server.clients) socket.send(payload, { binary: false });
    millis.push(...(await Promise.all(seen)).map((at) => at - started));
  }
  for (const client of clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
  return spread(millis);
}

function spread(millis: readonly number[]): Spread {
  const sorted = [...millis].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
