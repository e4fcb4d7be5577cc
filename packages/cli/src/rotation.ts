/** One secret in the place of another, both of which work for a while. */
import { durationMs } from "@bannerol/protocol";
import { UsageError } from "./errors.ts";
import { secondOf } from "./output/when.ts";
import type { Words } from "./words.ts";

const DAY_MS = 86_400_000;

/** What the server counts an overlap in. */
interface Unit {
  readonly unitMs: number;
  /** Overlaps as somebody would type them. */
  readonly like: string;
}

export const inSeconds: Unit = { unitMs: 1_000, like: "30m, 24h, 7d or 0s" };
export const inHours: Unit = { unitMs: 3_600_000, like: "1h, 24h, 7d or 0h" };

/** Milliseconds, whole ones of the unit. */
export function readOverlap(words: Words, { unitMs, like }: Unit): number {
  const text = words.option("overlap");
  const ms = text === undefined ? DAY_MS : durationMs(text);
  if (ms !== undefined && ms % unitMs === 0) return ms;
  throw new UsageError(`--overlap is how long the old one still works, like ${like}, not ${JSON.stringify(text)}.`);
}

/** The one whose place is taken, and until when it still works. */
interface Replaced {
  readonly id: string;
  readonly worksUntil: string;
}

/** It ends when the overlap is over, or when it would have ended anyway. */
export function replacedBy(
  { createdAt }: { readonly createdAt: string },
  old: { readonly id: string; readonly expiresAt?: string },
  overlapMs: number,
): Replaced {
  const over = Date.parse(createdAt) + overlapMs;
  const end = old.expiresAt === undefined ? over : Math.min(over, Date.parse(old.expiresAt));
  return { id: old.id, worksUntil: new Date(end).toISOString() };
}

export function replacedText({ id, worksUntil }: Replaced, overlapMs: number): string {
  if (overlapMs === 0) return `${id}, which it replaces, works no longer.`;
  return `${id}, which it replaces, still works until ${secondOf(worksUntil)} UTC: have the new one everywhere by then.`;
}
