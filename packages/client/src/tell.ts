/** Calls of what an application handed in, and what becomes of their failures. */

/** `failed` hears what `fn` throws, or what its promise rejects with: that would end a strict process. */
export function tell<E>(fn: (event: E) => unknown, event: E, failed: (error: unknown) => void): void {
  try {
    // Not every promise is this realm's own.
    Promise.resolve(fn(event)).catch(failed);
  } catch (error) {
    failed(error);
  }
}

/**
 * What an error says, for people. An application may throw anything, also what cannot be made text of; and where a test
 * runner gives each file a realm of its own, Node's errors are no instances of that realm's `Error`.
 */
export function reasonOf(error: unknown): string {
  try {
    const isError = typeof error === "object" && error !== null && "message" in error;
    return String(isError ? error.message : error);
  } catch {
    return "what cannot be shown";
  }
}
