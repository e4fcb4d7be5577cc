/**
 * Hears what is notified on one channel, over a connection of its own that is made anew whenever it ends.
 *
 *     connect ─► LISTEN ─► onListening ─► SELECT 1 every 10 s ─┐ failed, late by 3 s, or closed
 *        ▲                                                     │
 *        └───────────────────── a wait ◄───────────────────────┘
 *
 * What is notified while it is away never arrives, so whoever uses it asks for the newest state at `onListening`, and
 * every now and then besides. A peer that vanished gives no error by itself: hence the question.
 */
import { setTimeout as wait } from "node:timers/promises";
import { type DriverOptions, openDriver } from "./driver.ts";
import { inTime } from "./pool.ts";

const CHECK_EVERY_MS = 10_000;
const CHECK_LIMIT_MS = 3_000;
const CONNECT_LIMIT_MS = 6_000;
const AGAIN_AFTER_MS = 500;

export interface ListenerOptions extends Pick<DriverOptions, "url"> {
  readonly channel: string;
  readonly heard: (payload: string) => void;
  /** From now on nothing is missed. */
  readonly onListening: () => void;
}

/** Answers with what ends it. */
export function listen(options: ListenerOptions): () => Promise<void> {
  const ended = new AbortController();
  const running = keepListening(options, ended.signal);
  return async () => {
    ended.abort();
    await running;
  };
}

async function keepListening(options: ListenerOptions, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await listenOnce(options, ended);
    await pause(AGAIN_AFTER_MS, ended);
  }
}

/** Resolves when the connection is lost, or it is not wanted any more. */
async function listenOnce({ url, channel, heard, onListening }: ListenerOptions, ended: AbortSignal): Promise<void> {
  const lost = new AbortController();
  const driver = openDriver({
    url,
    connections: 1,
    heard: (_, payload) => heard(payload),
    closed: () => lost.abort(),
  });
  const over = AbortSignal.any([ended, lost.signal]);
  try {
    await inTime(driver.sql.unsafe(`LISTEN "${channel}"`), CONNECT_LIMIT_MS);
    if (!over.aborted) onListening();
    while (await pause(CHECK_EVERY_MS, over)) await inTime(driver.sql`SELECT 1`, CHECK_LIMIT_MS);
  } catch {
    // Whatever it was, the connection is made anew; that the database is away is told by who asks it.
  } finally {
    await driver.end();
  }
}

/** Whether the whole wait went by. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return wait(ms, true, { signal }).catch(() => false);
}
