import { UsageError } from "../errors.ts";
import type { Words } from "../words.ts";

/** What `--wait` asks for. */
export interface Wait {
  /** Of the connected SDKs, as a fraction of 1. */
  readonly share: number;
  readonly timeoutMs: number;
}

const unitsMs: ReadonlyMap<string, number> = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Undefined where nobody waits. Throws `UsageError` for what is no share or no time, so before anything is changed. */
export function readWait(words: Words): Wait | undefined {
  const share = words.has("wait") ? 1 : readShare(words.option("wait"));
  const timeout = words.option("waitTimeout");
  if (share !== undefined) return { share, timeoutMs: readTime(timeout ?? "60s") };
  if (timeout === undefined) return undefined;
  throw new UsageError(
    "--wait-timeout says how long --wait waits, and --wait is not there. Add it, or leave both out.",
  );
}

function readShare(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percentage = Number(/^(\d{1,3}(?:\.\d{1,3})?) ?%$/.exec(text)?.[1] ?? Number.NaN);
  if (percentage > 0 && percentage <= 100) return percentage / 100;
  throw new UsageError(
    `--wait takes a share of the connected SDKs with its percent sign, like --wait 99%, not ${JSON.stringify(text)}. Alone it means all of them.`,
  );
}

function readTime(text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const ms = Number(count) * (unitsMs.get(unit) ?? Number.NaN);
  if (ms > 0) return ms;
  throw new UsageError(`--wait-timeout is a time like 30s, 5m or 1h, not ${JSON.stringify(text)}.`);
}
