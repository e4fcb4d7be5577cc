import { ApprovalPending } from "@bannerol/admin-client";
import type { ExitCode } from "./exit-codes.ts";
import { ExitCode as Exit } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { waitingOutput } from "./output/approval.ts";
import { coloursFor } from "./output/colour.ts";
import type { Output } from "./output/output.ts";
import { printableJson } from "./output/printable.ts";
import { problemText, toProblem } from "./output/problem.ts";
import { readCommandLine } from "./program.ts";

/**
 * Carries out one command line and says with which code to exit. Results go to standard output, messages to standard
 * error; with `--json` standard output holds one document and nothing else, whether the command succeeds or fails.
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const json = asksForJson(argv);
  try {
    return await print(await perform(argv, io, json), io, json);
  } catch (error) {
    const problem = toProblem(error);
    if (json) io.stdout.write(`${printableJson(problem)}\n`);
    io.stderr.write(`${problemText(problem, coloursFor(io.stderr.isTerminal, io.env))}\n`);
    return problem.exitCode;
  }
}

/** Seen before parsing, since a command line that cannot be parsed is answered in the form that it asks for too. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return (end < 0 ? argv : argv.slice(0, end)).includes("--json");
}

async function perform(argv: readonly string[], io: Io, json: boolean): Promise<Output> {
  const request = await readCommandLine(argv);
  if (request.kind === "command") return request.action({ words: request.words, io, json }).catch(waiting);
  return { document: { [request.kind]: request.text }, text: () => request.text };
}

/** What was asked for is on its way, and not there yet: that is an answer, and no failure. */
function waiting(error: unknown): Output {
  if (error instanceof ApprovalPending) return waitingOutput(error.approval);
  throw error;
}

async function print(output: Output, io: Io, json: boolean): Promise<ExitCode> {
  const text = json ? printableJson(output.document) : output.text(coloursFor(io.stdout.isTerminal, io.env));
  if (text !== "") io.stdout.write(`${text}\n`);
  for (const note of output.notes ?? []) io.stderr.write(`${note}\n`);
  return (await output.exitCode) ?? Exit.done;
}
