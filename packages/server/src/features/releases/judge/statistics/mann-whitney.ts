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
  const [t, c] = [Float64Array.from(treated).sort(), Float64Array.from(control).sort()];
  const [n, m] = [t.length, c.length];
  let rankSum = 0;
  let ties = 0;
  for (let i = 0, j = 0; i < n || j < m; ) {
    const value = Math.min(t[i] ?? Number.POSITIVE_INFINITY, c[j] ?? Number.POSITIVE_INFINITY);
    const [own, before] = [i, i + j];
    while (i < n && t[i] === value) i++;
    while (j < m && c[j] === value) j++;
    const count = i + j - before;
    rankSum += ((i - own) * (before + 1 + i + j)) / 2;
    ties += count ** 3 - count;
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
