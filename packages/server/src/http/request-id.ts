/** What a request is called in its answer, in the log and in the history. */
import type { Redactor } from "../observe/redact.ts";

export interface RequestIdPorts {
  readonly redact: Redactor;
  /** Makes the id of a request that brings none. */
  readonly newRequestId: () => string;
}

/** The request's own, where it brings one that is fit: it is kept where no secret may stand. */
export function requestIdOf(given: string | undefined, { redact, newRequestId }: RequestIdPorts): string {
  if (given === undefined) return newRequestId();
  return /^[A-Za-z0-9._-]{1,64}$/.test(given) && redact(given) === given ? given : newRequestId();
}
