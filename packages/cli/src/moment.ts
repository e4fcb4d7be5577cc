import { UsageError } from "./errors.ts";
import { printable } from "./output/printable.ts";
import type { Words } from "./words.ts";

/** What `--at` says, where it is there: a revision, or an instant. */
export function momentOf(words: Words): { readonly at?: string } {
  const at = words.option("at");
  return at === undefined ? {} : { at: readMoment(at, "--at") };
}

/** `, as it was at 41`; nothing where the newest state is meant. */
export function whenOf(words: Words): string {
  const at = words.option("at");
  return at === undefined ? "" : `, as it was at ${printable(at)}`;
}

/** Throws `UsageError` for what is neither a revision nor an instant. */
export function readMoment(text: string, option: string): string {
  if (/^\d{1,15}$/.test(text) || /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d/.test(text)) return text;
  throw new UsageError(
    `${option} is a revision, like 41, or an RFC 3339 instant, like 2026-01-31T12:00:00Z, not ${JSON.stringify(text)}.`,
  );
}
