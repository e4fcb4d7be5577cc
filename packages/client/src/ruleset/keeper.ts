/**
 * Keeps the last known good ruleset, and finds it again. At most one save in 5 s, and one at the end; a storage that
 * fails costs one warning, never an evaluation.
 */
import type { KeyLists, Ruleset, Sliced } from "@bannerol/core";
import type { Clock, Logger, RulesetStorage, Timers } from "../ports.ts";
import { reasonOf } from "../tell.ts";
import { inTurns } from "../turns.ts";
import { warn } from "../warn.ts";
import { within } from "../within.ts";
import { type Kept, readKept, writeKept } from "./cache.ts";

/** A storage that takes longer to answer is not waited for: the connection is made without. */
const LOAD_LIMIT_MS = 1_000;
const MIN_SAVE_GAP_MS = 5_000;
/** What was saved is saved again at the end where the server has confirmed it this much later. */
const REFRESH_MS = 60_000;

export interface KeeperOptions {
  readonly storage: RulesetStorage;
  readonly binding: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

export interface Keeper {
  /** The newest state that can be used, if any. Never rejects. */
  readonly load: () => Promise<Kept | undefined>;
  /** The server gave or confirmed this state just now. */
  readonly put: (ruleset: Ruleset, lists?: KeyLists) => void;
  /** Resolves once a save that is under way has ended. Never rejects. */
  readonly settled: () => Promise<void>;
  /** Saves what is left. Never rejects. */
  readonly close: () => Promise<void>;
  /** Texts that could not be used. */
  readonly ignored: () => number;
}

export function createKeeper({ storage, binding, clock, timers, logger }: KeeperOptions): Keeper {
  let latest: Kept | undefined;
  let saved: Kept | undefined;
  let savedAt = Number.NEGATIVE_INFINITY;
  let saving: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let ignored = 0;
  let warned = false;
  let closed = false;

  /** Nobody waits for a timer with the process as its only reason to live: what was begun is written. */
  const worked = <T>(work: Sliced<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const release = timers.hold();
      inTurns({ clock, timers }, work, (outcome) => {
        release();
        if (outcome.ok) resolve(outcome.value);
        else reject(outcome.error);
      });
    });

  const failed = (error: unknown): void => {
    if (warned) return;
    warned = true;
    warn(
      logger,
      `the last known ruleset cannot be kept (${reasonOf(error)}). A restart while the server is away will serve defaults. Give \`cache\` a writable folder, or set it to false.`,
    );
  };

  const save = async (kept: Kept): Promise<void> => {
    savedAt = clock.monotonic();
    try {
      await storage.save(await worked(writeKept(kept, binding)), kept.ruleset);
      saved = kept;
    } catch (error) {
      failed(error);
    }
  };

  const isSaved = (): boolean => latest?.ruleset === saved?.ruleset && latest?.lists === saved?.lists;

  const saveWhenDue = (): void => {
    if (closed || saving !== undefined || cancelTimer !== undefined || isSaved()) return;
    const wait = savedAt + MIN_SAVE_GAP_MS - clock.monotonic();
    if (wait > 0) {
      cancelTimer = timers.set(wait, () => {
        cancelTimer = undefined;
        saveWhenDue();
      });
    } else if (latest !== undefined) {
      saving = save(latest).then(() => {
        saving = undefined;
        saveWhenDue();
      });
    }
  };

  const load = async (): Promise<Kept | undefined> => {
    const loaded = storage.load().catch((error: unknown) => {
      failed(error);
      return [];
    });
    // Reading what it gave takes as long as it takes: the larger it is, the longer the server would need to send it.
    for (const text of (await within(LOAD_LIMIT_MS, timers, loaded)) ?? []) {
      const read = await worked(readKept(text, binding));
      if (read.ok) return read;
      ignored++;
    }
    return undefined;
  };

  return {
    load,
    put(ruleset, lists) {
      latest = { ruleset, lists, confirmedAt: clock.now() };
      saveWhenDue();
    },
    settled: async () => saving,
    async close() {
      closed = true;
      cancelTimer?.();
      await saving;
      const stale = !isSaved() || (latest?.confirmedAt ?? 0) - (saved?.confirmedAt ?? 0) > REFRESH_MS;
      if (latest !== undefined && stale) await save(latest);
    },
    ignored: () => ignored,
  };
}
