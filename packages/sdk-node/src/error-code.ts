/** What Node calls an error, such as `ENOENT`; empty where it has no name. It need not be of this realm's `Error`. */
export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
