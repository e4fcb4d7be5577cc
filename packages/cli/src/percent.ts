import { UsageError } from "./errors.ts";

/** `25`, `25%`, `12.5 %`: 0 to 100 with at most three decimals. Throws `UsageError` that says what is allowed. */
export function readPercent(text: string): number {
  const digits = /^(\d{1,3}(?:\.\d{1,3})?) ?%?$/.exec(text)?.[1];
  const percentage = Number(digits ?? Number.NaN);
  if (percentage >= 0 && percentage <= 100) return percentage;
  throw new UsageError(
    `${JSON.stringify(text)} is no percentage. Write a number from 0 to 100 with at most three decimals: 25, 12.5 or 0.125%.`,
  );
}
