/** How a crowd comes back after its server was killed and started again at once. */
import { setTimeout as pause } from "node:timers/promises";
import type { Broadcaster } from "./broadcasters.ts";
import type { Crowd } from "./crowd.ts";
import { now } from "./figures.ts";
import { residentOf } from "./memory.ts";
import type { Product } from "./product.ts";

export interface Recovery {
  /** Milliseconds from the kill on. */
  readonly startedMs: number;
  readonly halfMs: number;
  readonly mostMs: number;
  /** Taken on in a second: on the whole, and when it was most. */
  readonly handshakes: number;
  readonly mostHandshakes: number;
  /** Handshakes that were told to come again later. */
  readonly refused: number;
  /** Bytes that the new process held when it was most. */
  readonly peakBytes: number;
}

/** 99 % are there: those who drew the longest waits are not waited for. */
const MOST = 0.99;
const LOOK_MS = 500;
const LIMIT_MS = 600_000;

interface Look {
  readonly at: number;
  readonly current: number;
  readonly connected: number;
}

export async function measureRecovery(
  { product, change }: Broadcaster & { readonly product: Product },
  crowd: Crowd,
  connections: number,
): Promise<Recovery> {
  const killedAt = now();
  await product.kill();
  await product.start();
  const startedAt = now();
  const { revision } = await change();
  const looks: Look[] = [{ at: startedAt, current: 0, connected: 0 }];
  const reached = (share: number) => looks.find(({ current }) => current >= share * connections)?.at;
  while (reached(MOST) === undefined) {
    if (now() - killedAt > LIMIT_MS) throw new Error(`After ${LIMIT_MS} ms too few had come back.`);
    await pause(LOOK_MS);
    const current = await crowd.current(revision);
    looks.push({ at: now(), current, connected: await product.metric("bannerol_connections") });
  }
  const last = looks.at(-1) ?? { at: startedAt, connected: 0 };
  const handshakes = (last.connected * 1_000) / (last.at - startedAt);
  return {
    startedMs: startedAt - killedAt,
    halfMs: (reached(0.5) ?? Number.NaN) - killedAt,
    mostMs: last.at - killedAt,
    handshakes,
    mostHandshakes: Math.max(handshakes, ...ratesOf(looks)),
    refused: await product.metric("bannerol_handshakes_refused_total"),
    peakBytes: residentOf(product.pid).mostBytes,
  };
}

/** Connections gained in a second, between looks that are one or more apart. */
function ratesOf(looks: readonly Look[]): readonly number[] {
  return looks.flatMap((from) => {
    const to = looks.find(({ at }) => at - from.at >= 1_000);
    return to === undefined ? [] : [((to.connected - from.connected) * 1_000) / (to.at - from.at)];
  });
}
