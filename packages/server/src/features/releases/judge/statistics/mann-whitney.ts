/**
 * Two series of readings compared: the weaker kind, since a reading knows no users and readings follow each other.
 * Mann & Whitney (1947, On a test of whether one of two random variables is stochastically larger than the other), with the
 * treated side moved back by what is tolerated. Looked at after 8 readings a side, and each time there are a quarter
 * more; look j spends 6/(π²·j²) of the level, which adds up to all of it.
 */
import { lnNormalCdf } from "./normal.ts";

const FIRST_LOOK = 8;
const GROWTH = 1.25;

/** The one-sided p-value of "treated readings are larger", by the normal approximation with ties. */
export function pLarger(treated: readonly number[], control: readonly number[]): number {
  const n = treated.length;
  const m = control.length;
  const all = [...treated.map((value) => ({ value, own: 1 })), ...control.map((value) => ({ value, own: 0 }))];
  all.sort((a, b) => a.value - b.value);
  let rankSum = 0;
  let ties = 0;
  for (let at = 0; at < all.length; ) {
    let end = at;
    while (end < all.length && all[end]?.value === all[at]?.value) end++;
    const count = end - at;
    const rank = (at + 1 + end) / 2;
    for (const { own } of all.slice(at, end)) rankSum += own * rank;
    ties += count ** 3 - count;
    at = end;
  }
  const u = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (variance <= 0) return 1;
  return Math.exp(lnNormalCdf(-(u - (n * m) / 2 - 0.5) / Math.sqrt(variance)));
}

/** Whether any look so far finds the treated side larger, at `level` over all looks. */
export function foundLarger(treated: readonly number[], control: readonly number[], level: number): boolean {
  const most = Math.min(treated.length, control.length);
  for (let look = 1, points = FIRST_LOOK; points <= most; look++, points = Math.ceil(points * GROWTH)) {
    const spent = (level * 6) / (Math.PI * look) ** 2;
    if (pLarger(treated.slice(0, points), control.slice(0, points)) <= spent) return true;
  }
  return false;
}

export const MINIMUM_READINGS = FIRST_LOOK;
