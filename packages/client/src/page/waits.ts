/** What a failed try costs: each adds its own wait before the next one, of whatever kind. */

import { backoffMs, refusedMs } from "../connection/backoff.ts";
import type { Clock, Ending, Random } from "../ports.ts";
import type { Memory } from "./memory.ts";

/** What a server may ask for; more counts as this. */
export const LONGEST_SERVER_WAIT_MS = 60 * 60_000;

/** A WebSocket's own close codes are the statuses of HTTP, and 4,000 more. */
const isOf = ({ code, status }: Ending, wanted: number): boolean => status === wanted || code === wanted + 4_000;

export const isRefusedKey = (ending: Ending): boolean => isOf(ending, 401) || isOf(ending, 403);

export const isOtherProtocol = (ending: Ending): boolean => isOf(ending, 426);

/** Asking again soon is pointless. */
export const isRefusal = (ending: Ending): boolean => isRefusedKey(ending) || isOtherProtocol(ending);

export function serverWaitMs(ending: Ending, random: Random): number | undefined {
  return isRefusal(ending) ? refusedMs(random()) : ending.retryAfterMs;
}

/** When the next request may leave after another failed try. */
export function nextTryAt(
  { failures, notBefore }: Pick<Memory, "failures" | "notBefore">,
  { clock, random }: { readonly clock: Pick<Clock, "monotonic">; readonly random: Random },
  serverWait = 0,
): number {
  const now = clock.monotonic();
  const own = Math.max(notBefore, now) + backoffMs(failures, random());
  return Math.max(own, now + Math.min(serverWait, LONGEST_SERVER_WAIT_MS));
}
