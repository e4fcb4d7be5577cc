import { AdminApiError, ServerUnreachableError } from "@bannerol/admin-client";

/** Of who asks again and again: a server that is away or busy for a moment is asked again; what it refuses it will refuse again. */
export function notYet(error: unknown): Error {
  const passing = error instanceof AdminApiError && (error.status >= 500 || error.status === 429);
  if (passing || error instanceof ServerUnreachableError) return error;
  throw error;
}
