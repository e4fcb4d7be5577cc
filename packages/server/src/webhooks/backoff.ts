/** When a webhook that failed is tried again. Pure. */

/** After so long without success an endpoint is given up. */
export const GIVEN_UP_AFTER_MS = 3 * 24 * 60 * 60_000;

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 4 * 60 * 60_000;

/**
 * Milliseconds until the next try: twice as long after each failure, from 5 s up to 4 h, of which half is drawn
 * (`random` is at least 0 and below 1), so that endpoints that failed together are not tried together.
 */
export function waitAfter(failures: number, random: number): number {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * random);
}

/** What the receiver asks for, in milliseconds and at most 4 h: it can put off, but not hurry. */
export function askedWait(retryAfter: string | undefined, at: number): number {
  if (retryAfter === undefined) return 0;
  const asked = /^[0-9]{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : new Date(retryAfter).getTime() - at;
  return Number.isFinite(asked) ? Math.min(LONGEST_WAIT_MS, Math.max(0, asked)) : 0;
}
