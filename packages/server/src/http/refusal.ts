/** Why a request is not carried out, as a value; `problem.ts` makes a problem document of it. */
import type { FieldProblem, ProblemCode } from "@bannerol/protocol";

export interface Refusal {
  readonly code: ProblemCode;
  /** What happened, to what, and what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  /** With 412: the tag of the document as it is now. */
  readonly etag?: string;
  /** Whole seconds, for `Retry-After`. */
  readonly retryAfter?: number;
  /** Of what the refusal speaks of, where a program needs it. */
  readonly id?: string;
  /** With 405: what the address does take. */
  readonly allow?: string;
}

/** Ends a request early at the HTTP edge. What is pure returns its `Refusal` instead. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}

export function refuse(code: ProblemCode, detail: string): never {
  throw new RefusedError({ code, detail });
}

/** A name from outside as an error shows it: quoted, and never longer than a key may be. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 128 ? `${name.slice(0, 128)}…` : name);
}
