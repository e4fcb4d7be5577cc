/** How long something takes, in words of one number and one unit: `30s`, `10m`, `2h`, `1d`. */
export const DURATION_PATTERN = /^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$/;

const UNIT_MS = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Milliseconds in a duration; `undefined` where the text is none. */
export function durationMs(text: string): number | undefined {
  const [, count, unit = ""] = DURATION_PATTERN.exec(text) ?? [];
  const unitMs = UNIT_MS.get(unit);
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}
