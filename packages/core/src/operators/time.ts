import { elementOperator, type Operator } from "./operator.ts";
import { finiteNumber, greatest, least } from "./order.ts";

/** Years 0 to 99 mean 1900 to 1999 to `Date.UTC`; whole cycles of the Gregorian calendar step round that. */
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * 86_400_000;

/** The digits of `text` from `start` to before `end` as a number, or NaN where there is anything else. */
function digits(text: string, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const within = (value: number, low: number, high: number) => value >= low && value <= high;

/** `2024-02-29T23:59:59`, which opens every instant, read as UTC; NaN where it is no date and time of day. */
function dateTime(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const separated =
    text[4] === "-" &&
    text[7] === "-" &&
    (text[10] === "T" || text[10] === "t") &&
    text[13] === ":" &&
    text[16] === ":";
  const dayExists = within(year, 0, 9_999) && within(month, 1, 12) && within(day, 1, daysIn(year, month));
  if (!separated || !dayExists || !within(hour, 0, 23) || !within(minute, 0, 59) || !within(second, 0, 59))
    return Number.NaN;
  return Date.UTC(year + CYCLE_YEARS, month - 1, day, hour, minute, second) - CYCLE_MS;
}

/** `Z` or `±hh:mm` in milliseconds, from `start` to the end of the text; NaN where it is neither. */
function offset(text: string, start: number): number {
  const sign = text[start];
  if (sign === "Z" || sign === "z") return text.length === start + 1 ? 0 : Number.NaN;
  const hours = digits(text, start + 1, start + 3);
  const minutes = digits(text, start + 4, start + 6);
  const formed = text.length === start + 6 && text[start + 3] === ":" && within(hours, 0, 23) && within(minutes, 0, 59);
  if (!formed || (sign !== "+" && sign !== "-")) return Number.NaN;
  return (sign === "+" ? 1 : -1) * (hours * 60 + minutes) * 60_000;
}

/**
 * Epoch milliseconds of an RFC 3339 text, or NaN. `Date.parse` would not do: it takes 30 February and much that is
 * no RFC 3339. Digits beyond milliseconds are dropped, not rounded.
 */
function parseInstant(text: string): number {
  const start = dateTime(text);
  if (text[19] !== ".") return start - offset(text, 19);
  let end = 20;
  while (within(text.charCodeAt(end), 48, 57)) end++;
  if (end === 20) return Number.NaN;
  const fraction = text.slice(20, Math.min(end, 23)).padEnd(3, "0");
  return start + digits(fraction, 0, 3) - offset(text, end);
}

/** Epoch milliseconds of what stands for an instant, or `undefined` where it does not. */
export function instant(value: unknown): number | undefined {
  if (typeof value === "string") return finiteNumber(parseInstant(value));
  return finiteNumber(value);
}

function timeOperator(
  boundOf: (values: readonly number[]) => number,
  passes: (value: number, bound: number) => boolean,
): Operator {
  return elementOperator<number>({
    parse: instant,
    expected: "an RFC 3339 instant (such as 2026-01-31T09:00:00Z) or epoch milliseconds",
    test(values) {
      const bound = boundOf(values);
      return (value) => {
        const at = instant(value);
        return at !== undefined && passes(at, bound);
      };
    },
  });
}

export const timeOperators: readonly (readonly [string, Operator])[] = [
  ["before", timeOperator(greatest, (value, bound) => value < bound)],
  ["after", timeOperator(least, (value, bound) => value > bound)],
];
