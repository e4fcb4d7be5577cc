import type { ExitCode } from "./exit-codes.ts";
import { ExitCode as Exit } from "./exit-codes.ts";
import type { Io } from "./io.ts";
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
  if (request.kind === "command") return request.action({ words: request.words, io, json });
  return { document: { [request.kind]: request.text }, text: () => request.text };
}

async function print(output: Output, io: Io, json: boolean): Promise<ExitCode> {
  const text = json ? printableJson(output.document) : output.text(coloursFor(io.stdout.isTerminal, io.env));
  if (text !== "") io.stdout.write(`${text}\n`);
  for (const note of output.notes ?? []) io.stderr.write(`${note}\n`);
  return (await output.exitCode) ?? Exit.done;
}
