/** Refusals and faults as RFC 9457 problem documents. */
import { type Problem, problemCodes } from "@bannerol/protocol";
import { StoreFault, type StoreFaultKind } from "../store/fault.ts";
import { type Refusal, RefusedError } from "./refusal.ts";
import { safeHeaders } from "./safe-headers.ts";

/** The answer that a refusal gets. */
export function problemResponse(refusal: Refusal, requestId: string): Response {
  const { status, title } = problemCodes[refusal.code];
  const problem: Problem = {
    type: `urn:bannerol:problem:${refusal.code}`,
    title,
    status,
    code: refusal.code,
    detail: refusal.detail,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
    ...(refusal.id === undefined ? {} : { id: refusal.id }),
    requestId,
  };
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  for (const [name, value] of safeHeaders) headers.set(name, value);
  if (status === 401) headers.set("www-authenticate", "Bearer");
  // What is left of the body is not read: the connection cannot carry another request.
  if (status === 413) headers.set("connection", "close");
  if (refusal.etag !== undefined) headers.set("etag", refusal.etag);
  if (refusal.allow !== undefined) headers.set("allow", refusal.allow);
  if (refusal.retryAfter !== undefined) headers.set("retry-after", String(refusal.retryAfter));
  return new Response(JSON.stringify(problem), { status, headers });
}

/** What a thrown error says to the caller; `undefined` where it is nobody's but ours. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof RefusedError) return error.refusal;
  return error instanceof StoreFault ? faults[error.kind] : undefined;
}

const faults: Readonly<Record<StoreFaultKind, Omit<Refusal, "errors">>> = {
  full: {
    code: "storage_full",
    detail: "The disk of the database is full, so nothing was written. Make room and try again; reading goes on.",
    retryAfter: 30,
  },
  io: {
    code: "store_unavailable",
    detail: "The disk of the database fails, so nothing was written. Try again; if it lasts, look at the server's log.",
    retryAfter: 5,
  },
  unavailable: {
    code: "store_unavailable",
    detail: "The database cannot be reached now, so nothing was written. Try again in a moment.",
    retryAfter: 5,
  },
  uncertain: {
    code: "store_unavailable",
    detail:
      "The connection to the database was lost while it wrote, so nobody knows yet whether the change was made. Look at " +
      "the history before you try again.",
    retryAfter: 5,
  },
  corrupt: {
    code: "storage_damaged",
    detail:
      "The database is damaged, so nothing was written. Stop the server and restore a backup (bannerol server restore " +
      "FILE); until then reading goes on.",
    retryAfter: 60,
  },
  regressed: {
    code: "store_unavailable",
    detail:
      "The database has lost changes that this server has seen, so nothing was written. The server takes up what the " +
      "database holds, under a new epoch; look at the history before you try again.",
    retryAfter: 5,
  },
};
