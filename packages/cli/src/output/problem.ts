import { AdminApiError, InvalidPathError, ServerUnreachableError } from "@bannerol/admin-client";
import type { FieldProblem } from "@bannerol/protocol";
import { CliError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Colours } from "./colour.ts";
import { printable } from "./printable.ts";

/** What went wrong, in the shape of the server's problem documents: what `--json` prints where a command fails. */
export interface ProblemDocument {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly exitCode: ExitCode;
  /** The HTTP status, where a server answered. */
  readonly status?: number;
  readonly errors?: readonly FieldProblem[];
  readonly requestId?: string;
}

/** Every error has a place here; one that has none is a defect of this program, and says so. */
export function toProblem(error: unknown): ProblemDocument {
  if (error instanceof CliError) return fromCli(error);
  if (error instanceof AdminApiError) return fromServer(error);
  if (error instanceof ServerUnreachableError) {
    const { message: detail } = error;
    return { code: "unreachable", title: "Server out of reach", detail, exitCode: ExitCode.outOfReach };
  }
  if (error instanceof InvalidPathError) {
    return { code: "invalid", title: "Not valid", detail: error.message, exitCode: ExitCode.invalid };
  }
  const detail = `This is a defect of bannerol itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  return { code: "defect", title: "A defect", detail, exitCode: ExitCode.refused };
}

function fromCli({ code, message: detail, exitCode, errors }: CliError): ProblemDocument {
  const title = exitCode === ExitCode.usage ? "Bad usage" : "Refused";
  return { code, title, detail, exitCode, ...(errors.length > 0 && { errors }) };
}

function fromServer(error: AdminApiError): ProblemDocument {
  const { code, title, status, errors, requestId } = error;
  const detail = inCommands(error.detail);
  return {
    code,
    title,
    detail: error.retryAfterMs === undefined ? detail : `${detail} ${tryAgain(error.retryAfterMs)}`,
    exitCode: exitCodeOf(code, status),
    status,
    ...(errors.length > 0 && { errors }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** The way on, which the server names as a request, as the command that asks for the same. */
function inCommands(detail: string): string {
  return detail.replace(/List (?:them|what waits) with GET \S*\/([a-z]+)(?:\?\S*)?\.$/, (words, noun: string) => {
    const command = lists.get(noun);
    return command === undefined ? words : `\`bannerol ${command}\` shows what is there.`;
  });
}

const lists: ReadonlyMap<string, string> = new Map([
  ["projects", "project list"],
  ["environments", "env list"],
  ["flags", "flag list"],
  ["segments", "segment list"],
  ["schedules", "schedule list"],
  ["invariants", "invariant list"],
  ["freezes", "freeze list"],
  ["approvals", "approvals --status all"],
  ["keys", "key list"],
  ["tokens", "token list"],
  ["users", "user list"],
  ["webhooks", "webhook list"],
]);

const tryAgain = (afterMs: number): string => `Try again in ${Math.ceil(afterMs / 1000)} s.`;

const byCode: ReadonlyMap<string, ExitCode> = new Map([
  // A refusal that trying again does not mend, unlike the other conflicts.
  ["still_referenced", ExitCode.refused],
  ["wrong_credential", ExitCode.noValidToken],
]);

const byStatus: ReadonlyMap<number, ExitCode> = new Map([
  [401, ExitCode.noValidToken],
  [403, ExitCode.notAllowed],
  [404, ExitCode.notFound],
  [409, ExitCode.conflict],
  [412, ExitCode.conflict],
  [422, ExitCode.invalid],
  [502, ExitCode.outOfReach],
  [503, ExitCode.outOfReach],
  [504, ExitCode.outOfReach],
]);

export function exitCodeOf(code: string, status: number): ExitCode {
  return byCode.get(code) ?? byStatus.get(status) ?? ExitCode.refused;
}

/** For people: what happened first, then each place that is wrong, then what a log can be searched for. */
export function problemText(problem: ProblemDocument, colours: Colours): string {
  const { detail, requestId, status = 0 } = problem;
  const lines = [`${colours.red("error:")} ${detail.split("\n").map(printable).join("\n")}`];
  for (const { path, message } of toList(problem)) {
    lines.push(`  ${path === "" ? "" : `${colours.bold(printable(path))}: `}${printable(message)}`);
  }
  if (requestId !== undefined && status >= 500) lines.push(colours.dim(`  request ${printable(requestId)}`));
  return lines.join("\n");
}

/** What the first sentence says already is not said twice, unless it is one of several that belong together. */
function toList({ code, detail, errors = [] }: ProblemDocument): readonly FieldProblem[] {
  if (code === "invariant_broken" && errors.length > 1) return errors;
  return errors.filter(({ message }) => !detail.includes(message));
}
