/** What came of it, beside what was to come of it: tables, and what is out of its tolerance. */
import { tableOf } from "../table.ts";

const misses: string[] = [];

/** Three standard errors of a share among so many, and what the design allows for. */
export function allowance(percent: number, count: number): number {
  const p = percent / 100;
  return 100 * 3 * Math.sqrt((p * (1 - p)) / count) + 0.6;
}

export function check(what: string, found: number, expected: number, allowed: number): void {
  if (Math.abs(found - expected) > allowed)
    misses.push(`${what}: ${found}, and ${expected} ± ${allowed.toFixed(1)} is right`);
}

/** In per cent, of so many. */
export function checkAtMost(what: string, found: number, most: number, count: number): void {
  if (found > most + allowance(most, count) - 0.6) misses.push(`${what}: ${found} % is over ${most} %`);
}

export function percent(value: number): string {
  return `${value.toFixed(1)} %`;
}

/** Sorted, and what stands at a part of the way. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? Number.NaN;
}

export function seconds(value: number): string {
  return Number.isFinite(value) ? `${value} s` : "never";
}

export function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n${title}\n${tableOf(head, rows)}`);
}

/** Says what was out of tolerance; the exit code. */
export function conclude(): number {
  for (const miss of misses) console.error(`out of tolerance: ${miss}`);
  return misses.length === 0 ? 0 : 1;
}
