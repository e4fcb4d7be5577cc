/**
 * The registry of problem codes: stable names for what can go wrong at the admin API and the data plane. Every code
 * has a section of its own in `docs/reference/problems.md`; a test holds the two together.
 */
export const problemCodes = {
  malformed_json: { status: 400, title: "The body is not JSON" },
  malformed_request: { status: 400, title: "The request is malformed" },
  token_missing: { status: 401, title: "A token is needed" },
  token_invalid: { status: 401, title: "The token is not valid" },
  key_invalid: { status: 401, title: "The key is not valid" },
  wrong_credential: { status: 403, title: "This credential is for another door" },
  key_leaked: { status: 403, title: "A server key came from a browser" },
  not_allowed: { status: 403, title: "Not allowed" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  already_exists: { status: 409, title: "It exists already" },
  key_archived: { status: 409, title: "The key belonged to an archived flag" },
  flag_archived: { status: 409, title: "The flag is archived" },
  release_running: { status: 409, title: "A release owns this rollout" },
  release_state: { status: 409, title: "The release cannot do this now" },
  still_referenced: { status: 409, title: "Something else still refers to it" },
  conflict: { status: 409, title: "Somebody was faster" },
  frozen: { status: 409, title: "The environment is frozen" },
  approval_required: { status: 409, title: "It needs approval, and cannot wait for it" },
  approval_outdated: { status: 409, title: "What was approved no longer applies" },
  approval_closed: { status: 409, title: "The approval does not wait any more" },
  idempotency_key_in_use: { status: 409, title: "The same request is being carried out" },
  secret_shown_once: { status: 409, title: "The secret was shown already" },
  precondition_failed: { status: 412, title: "It has changed since it was read" },
  request_timeout: { status: 408, title: "The request took too long" },
  body_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The body is of another type" },
  invalid: { status: 422, title: "The document is not valid" },
  invariant_broken: { status: 422, title: "An invariant would be broken" },
  idempotency_key_reused: { status: 422, title: "The Idempotency-Key is another request's" },
  limit_exceeded: { status: 422, title: "A limit was exceeded" },
  too_many_requests: { status: 429, title: "Too many requests" },
  headers_too_large: { status: 431, title: "The headers are too large" },
  internal: { status: 500, title: "An internal error" },
  try_later: { status: 503, title: "Try again later" },
  store_unavailable: { status: 503, title: "The database is out of reach" },
  storage_damaged: { status: 503, title: "The database is damaged" },
  storage_full: { status: 507, title: "The disk is full" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemCodes;

/** One thing wrong with one place of a document, `path` as in `rules[0].when.all[1].values[0]`. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** An RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  /** What happened, to what, and what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  /** With `secret_shown_once`: of the key or token. */
  readonly id?: string;
  readonly requestId?: string;
}
