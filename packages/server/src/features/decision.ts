/** What every `decide` answers with, and how its refusals are said. */
import type { Finding } from "@bannerol/core";
import type { FieldProblem, ProblemCode } from "@bannerol/protocol";
import type { Refusal } from "../http/refusal.ts";
import type { Decision } from "../log/decision.ts";

export type Decided<T> = Decision<T, Refusal>;
export type Refused = Extract<Decided<never>, { readonly ok: false }>;

export function refused(code: ProblemCode, detail: string, errors?: readonly FieldProblem[]): Refused {
  return { ok: false, refusal: { code, detail, ...(errors === undefined ? {} : { errors }) } };
}

/** What the checks found wrong with a document, as a refusal; `undefined` where they found nothing. */
export function refusedFor(what: string, findings: readonly Finding[]): Refused | undefined {
  const [first] = findings;
  if (first === undefined) return undefined;
  const code = findings.every((finding) => finding.limit === true) ? "limit_exceeded" : "invalid";
  const more = findings.length > 1 ? ` (${findings.length - 1} more below.)` : "";
  const detail = `${what} is not valid${first.path === "" ? "" : `, at ${first.path}`}: ${first.message}${more}`;
  return refused(
    code,
    detail,
    findings.map(({ path, message }) => ({ path, message })),
  );
}

/** What was refused stands under a field of the request: errors name the way to it from there. */
export function under<T>(field: string, decided: Decided<T>): Decided<T> {
  if (decided.ok || decided.refusal.errors === undefined) return decided;
  const { code, detail, errors } = decided.refusal;
  return refused(
    code,
    detail,
    errors.map(({ path, message }) => ({ path: path === "" ? field : `${field}.${path}`, message })),
  );
}

/** Instants are epoch milliseconds inside and RFC 3339 on the wire. */
export function instant(at: number): string {
  return new Date(at).toISOString();
}
