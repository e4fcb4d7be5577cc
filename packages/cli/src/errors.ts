import type { FieldProblem } from "@bannerol/protocol";
import { ExitCode } from "./exit-codes.ts";

/** What the command line itself finds wrong, as opposed to what a server answers. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  /** Stable, for scripts: stands in the document that `--json` prints. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly errors: readonly FieldProblem[];

  constructor(message: string, kind: { code: string; exitCode: ExitCode; errors?: readonly FieldProblem[] }) {
    super(message);
    this.code = kind.code;
    this.exitCode = kind.exitCode;
    this.errors = kind.errors ?? [];
  }
}

/** The command was not written as it is meant to be; nothing was sent. */
export class UsageError extends CliError {
  override readonly name = "UsageError";

  constructor(message: string) {
    super(message, { code: "usage", exitCode: ExitCode.usage });
  }
}

/** The command was understood, and could not or would not be carried out. */
export class RefusedError extends CliError {
  override readonly name = "RefusedError";

  constructor(message: string) {
    super(message, { code: "refused", exitCode: ExitCode.refused });
  }
}
