import { AdminApiError, InvalidPathError, ServerUnreachableError } from "@bannerol/admin-client";
import { problemCodes } from "@bannerol/protocol";
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { RefusedError, UsageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { readCommandLine } from "../program.ts";
import { exitCodeOf, problemText, toProblem } from "./problem.ts";

const plain = picocolors.createColors(false);
const refusal = (status: number, code: string, more: object = {}) =>
  new AdminApiError({ status, code, title: code, detail: "What happened.", ...more });

describe("an exit code", () => {
  it.each([
    ["token_missing", ExitCode.noValidToken],
    ["token_invalid", ExitCode.noValidToken],
    ["wrong_credential", ExitCode.noValidToken],
    ["not_allowed", ExitCode.notAllowed],
    ["not_found", ExitCode.notFound],
    ["already_exists", ExitCode.conflict],
    ["key_archived", ExitCode.conflict],
    ["conflict", ExitCode.conflict],
    ["precondition_failed", ExitCode.conflict],
    ["still_referenced", ExitCode.refused],
    ["invalid", ExitCode.invalid],
    ["limit_exceeded", ExitCode.invalid],
    ["malformed_request", ExitCode.refused],
    ["too_many_requests", ExitCode.refused],
    ["internal", ExitCode.refused],
    ["try_later", ExitCode.outOfReach],
    ["store_unavailable", ExitCode.outOfReach],
  ] as const)("for %s is %i", (code, exitCode) => {
    expect(exitCodeOf(code, problemCodes[code].status)).toBe(exitCode);
  });

  it("goes by the status where the code is one that only a newer server knows", () => {
    expect(exitCodeOf("approval_needed", 403)).toBe(ExitCode.notAllowed);
    expect(exitCodeOf("a_new_one", 418)).toBe(ExitCode.refused);
  });

  it.each([
    [new UsageError("x"), ExitCode.usage],
    [new RefusedError("x"), ExitCode.refused],
    [new ServerUnreachableError("http://x", "nothing listens there", undefined), ExitCode.outOfReach],
    [new InvalidPathError(".."), ExitCode.invalid],
    [new TypeError("a defect"), ExitCode.refused],
  ])("for %s is %i", (error, exitCode) => {
    expect(toProblem(error).exitCode).toBe(exitCode);
  });
});

describe("a problem's text", () => {
  it.each([
    ["There is no flag. List them with GET /api/v1/projects/default/flags.", "flag list"],
    ["There is none. List them with GET /api/v1/projects/default/environments.", "env list"],
    ["There is none. List them with GET /api/v1/projects/default/segments.", "segment list"],
    ["There is none. List them with GET /api/v1/projects/default/invariants.", "invariant list"],
    ["There is none. List them with GET /api/v1/projects.", "project list"],
    ["There is none. List them with GET /api/v1/keys.", "key list"],
    ["There is none. List them with GET /api/v1/tokens.", "token list"],
    ["There is none. List them with GET /api/v1/users.", "user list"],
    ["There is none. List them with GET /api/v1/webhooks.", "webhook list"],
    ["There is none. List them with GET …/environments/production/freezes.", "freeze list"],
    ["None waits. List them with GET …/approvals?status=all.", "approvals --status all"],
    ["None waits. List what waits with GET …/schedules.", "schedule list"],
  ])("names a command where the server names a request: %s", async (detail, command) => {
    const { detail: told } = toProblem(refusal(404, "not_found", { detail }));
    expect(told).toBe(`${detail.split(".")[0]}. \`bannerol ${command}\` shows what is there.`);
    const more = command === "schedule list" ? ["new-checkout"] : [];
    expect(await readCommandLine([...command.split(" "), ...more])).toMatchObject({ kind: "command" });
  });

  it("leaves a request that no command stands for as it is", () => {
    const detail = "There is none. List them with GET /api/v1/others.";
    expect(toProblem(refusal(404, "not_found", { detail })).detail).toBe(detail);
  });

  it("says what happened, then each place that is wrong", () => {
    const errors = [
      { path: "variants[0].key", message: "Use a-z." },
      { path: "", message: "Too large." },
    ];
    expect(problemText(toProblem(refusal(422, "invalid", { errors })), plain)).toBe(
      "error: What happened.\n  variants[0].key: Use a-z.\n  Too large.",
    );
  });

  it("does not say twice what the first line says already", () => {
    const error = new AdminApiError({
      status: 422,
      code: "invalid",
      title: "Not valid",
      detail: "The flag is not valid, at key: Use a-z.",
      errors: [{ path: "key", message: "Use a-z." }],
    });
    expect(problemText(toProblem(error), plain)).toBe("error: The flag is not valid, at key: Use a-z.");
  });

  it("says when to try again", () => {
    expect(toProblem(refusal(503, "try_later", { retryAfterMs: 2_500 })).detail).toBe(
      "What happened. Try again in 3 s.",
    );
  });

  it("names the request where the server is to blame, and there alone", () => {
    expect(problemText(toProblem(refusal(500, "internal", { requestId: "r1" })), plain)).toContain("request r1");
    expect(problemText(toProblem(refusal(404, "not_found", { requestId: "r1" })), plain)).not.toContain("r1");
  });

  it("gives what a server says no power over the terminal", () => {
    const hostile = refusal(422, "invalid", { errors: [{ path: "\u001b[2J", message: "\u001b]0;x\u0007" }] });
    expect(problemText(toProblem(hostile), plain)).not.toContain("\u001b");
  });
});
