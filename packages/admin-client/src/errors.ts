import type { FieldProblem } from "@bannerol/protocol";
import type { ApprovalForm } from "@bannerol/protocol/schemas";

/** What the server refused, and why: one of its problem documents. `message` is the problem's detail. */
export class AdminApiError extends Error {
  override readonly name = "AdminApiError";
  /** The HTTP status. */
  readonly status: number;
  /**
   * Stable: a `ProblemCode`, or one that only a newer server knows; `unknown` where what answered was no Bannerol
   * server, a proxy's error page for one.
   */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** What is wrong with which place of the document that was sent. */
  readonly errors: readonly FieldProblem[];
  readonly requestId?: string;
  /** Of the document as it stands now, where somebody was faster. */
  readonly etag?: string;
  /** When to try again, as far as the server said. */
  readonly retryAfterMs?: number;

  constructor(problem: {
    status: number;
    code: string;
    title: string;
    detail: string;
    errors?: readonly FieldProblem[];
    requestId?: string;
    etag?: string;
    retryAfterMs?: number;
  }) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
    if (problem.requestId !== undefined) this.requestId = problem.requestId;
    if (problem.etag !== undefined) this.etag = problem.etag;
    if (problem.retryAfterMs !== undefined) this.retryAfterMs = problem.retryAfterMs;
  }
}

/** Nothing was changed yet: what was asked for waits until others have approved it. */
export class ApprovalPending extends Error {
  override readonly name = "ApprovalPending";
  readonly approval: ApprovalForm;

  constructor(approval: ApprovalForm) {
    super(`It waits for approval, as ${approval.id}. Nothing was changed yet.`);
    this.approval = approval;
  }
}

/** No answer came: nobody listens there, the name is unknown, or it took too long. What was asked may have happened. */
export class ServerUnreachableError extends Error {
  override readonly name = "ServerUnreachableError";
  /** The server's address, as it was given. */
  readonly url: string;

  constructor(url: string, reason: string, cause: unknown) {
    super(`No answer from ${url}: ${reason}. Is the server running, and is the address right?`, { cause });
    this.url = url;
  }
}

/** A key that would lead the request to another path than its own. Nothing was sent. */
export class InvalidPathError extends Error {
  override readonly name = "InvalidPathError";

  constructor(segment: string) {
    super(
      `${JSON.stringify(segment)} is no key: a key is 1 to 128 of a-z 0-9 . _ - and starts with a letter or digit.`,
    );
  }
}
