import type { Action, Call } from "../call.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { renderLines, type StepLine } from "../output/step-lines.ts";
import { askStatement } from "../statements/ask.ts";
import { readStatements } from "../statements/read.ts";
import { fileSource, type RefusedPart, type Source, serverSource } from "../statements/source.ts";
import { type Asked, askedText, isSampled } from "../statements/statement.ts";

interface Tested extends Pick<Source, "refusedPatterns" | "refusedReferences"> {
  readonly asked: readonly Asked[];
}

/** Whether what has to hold holds, of a file's flags or of a server's: a gate in a pipeline. */
export const test: Action = async (call) => {
  const tested = await ask(call);
  const { asked, refusedPatterns, refusedReferences } = tested;
  const failed =
    asked.filter(({ breach }) => breach !== undefined).length + refusedPatterns.length + refusedReferences.length;
  return {
    document: documentOf(tested),
    text: (colours) => textOf(tested, colours),
    notes: [failed === 0 ? `All ${asked.length} hold.` : `${failed} failed.`],
    exitCode: failed === 0 ? ExitCode.done : ExitCode.invalid,
  };
};

async function ask(call: Call): Promise<Tested> {
  const files = call.words.arguments("files");
  const statements = (await Promise.all(files.map((file) => readStatements(call.io, file)))).flat();
  const source = await sourceOf(call);
  const now = Date.now();
  const asked: Asked[] = [];
  for (const statement of statements)
    asked.push(askStatement(statement, await source.rulesetOf(statement.environment), now));
  const { refusedPatterns, refusedReferences } = source;
  return { asked, refusedPatterns, refusedReferences };
}

function sourceOf(call: Call): Promise<Source> {
  const file = call.words.option("file");
  return file === undefined ? serverSource(call) : fileSource(call, file);
}

function documentOf({ asked, refusedPatterns, refusedReferences }: Tested): object {
  const items = asked.map(({ statement, breach }) => ({
    ...statement,
    holds: breach === undefined,
    sampled: isSampled(statement),
    ...(breach !== undefined && { breach }),
  }));
  return { items, refusedPatterns, refusedReferences };
}

function textOf({ asked, refusedPatterns, refusedReferences }: Tested, colours: Colours): string {
  const lines = [
    ...refusedPatterns.flatMap((part) => linesOf(part, "this pattern")),
    ...refusedReferences.flatMap((part) => linesOf(part, "these references")),
  ];
  return [askedText(asked, colours), renderLines(lines, colours)].filter((part) => part !== "").join("\n");
}

function linesOf({ path, message }: RefusedPart, what: string): readonly StepLine[] {
  return [
    { depth: 0, mark: "no", text: `${printable(path)}: a server would refuse ${what}` },
    { depth: 1, mark: "none", text: printable(message) },
  ];
}
