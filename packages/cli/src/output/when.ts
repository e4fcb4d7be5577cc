/** Instants as the admin API has them, for people to read. */

/** `2026-12-01 09:00:00`, in UTC, which a heading or the text beside it says. */
export function secondOf(instant: string): string {
  return instant.slice(0, 19).replace("T", " ");
}

export function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace("T", " ");
}
