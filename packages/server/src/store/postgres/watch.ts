/** What other nodes write: heard from notifications at once, and asked for every 2 s whatever these say. */
import { setTimeout as wait } from "node:timers/promises";
import { StoreFault } from "../fault.ts";
import type { Watcher } from "../port.ts";
import { listen } from "./listener.ts";
import type { Pool } from "./pool.ts";
import { projects } from "./schema.ts";

const ASK_EVERY_MS = 2_000;
const ASK_LIMIT_MS = 5_000;

export interface WatchOptions {
  readonly pool: Pool;
  readonly url: string;
  readonly channel: string;
  /** Without notifications a change of another node takes up to 2 s more to show. */
  readonly notifications: boolean;
}

/** Answers with what ends it. */
export function watch({ pool, url, channel, notifications }: WatchOptions, watcher: Watcher): () => Promise<void> {
  const ended = new AbortController();
  const ask = () => askForNewest(pool, watcher);
  const asking = keepAsking(ask, ended.signal);
  const stopListening = notifications
    ? listen({ url, channel, heard: (payload) => tell(payload, watcher), onListening: () => void ask() })
    : async () => undefined;
  return async () => {
    ended.abort();
    await Promise.all([asking, stopListening()]);
  };
}

async function keepAsking(ask: () => Promise<void>, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await ask();
    await wait(ASK_EVERY_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

async function askForNewest(pool: Pool, watcher: Watcher): Promise<void> {
  try {
    const rows = await pool.run(({ queries }) => queries.select().from(projects), ASK_LIMIT_MS);
    const revisions = new Map(rows.map(({ key, revision }) => [key, revision]));
    watcher.newest(revisions, new Map(rows.map(({ key, head }) => [key, head])));
  } catch (error) {
    watcher.failed(error instanceof StoreFault ? error : unexpected(error));
  }
}

function unexpected(cause: unknown): StoreFault {
  return new StoreFault("unavailable", "The database answers, but not as it should. Look at the cause.", { cause });
}

/** A payload is a project and a revision, see `Writer`. */
function tell(payload: string, watcher: Watcher): void {
  const [project = "", revision] = payload.split(" ");
  watcher.newest(new Map([[project, Number(revision)]]));
}
