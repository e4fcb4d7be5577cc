import type { Action, Call } from "../call.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { renderLines } from "../output/step-lines.ts";
import { askStatement } from "../statements/ask.ts";
import { readStatements } from "../statements/read.ts";
import { fileSource, type RefusedPattern, type Source, serverSource } from "../statements/source.ts";
import { type Asked, askedText, isSampled } from "../statements/statement.ts";

interface Tested {
  readonly asked: readonly Asked[];
  readonly refused: readonly RefusedPattern[];
}

/** Whether what has to hold holds, of a file's flags or of a server's: a gate in a pipeline. */
export const test: Action = async (call) => {
  const tested = await ask(call);
  const failed = tested.asked.filter(({ breach }) => breach !== undefined).length + tested.refused.length;
  return {
    document: documentOf(tested),
    text: (colours) => textOf(tested, colours),
    notes: [failed === 0 ? `All ${tested.asked.length} hold.` : `${failed} failed.`],
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
  return { asked, refused: source.refused };
}

function sourceOf(call: Call): Promise<Source> {
  const file = call.words.option("file");
  return file === undefined ? serverSource(call) : fileSource(call, file);
}

function documentOf({ asked, refused }: Tested): object {
  const items = asked.map(({ statement, breach }) => ({
    ...statement,
    holds: breach === undefined,
    sampled: isSampled(statement),
    ...(breach !== undefined && { breach }),
  }));
  return { items, refusedPatterns: refused };
}

function textOf({ asked, refused }: Tested, colours: Colours): string {
  const patterns = refused.flatMap(({ path, message }) => [
    { depth: 0, mark: "no", text: `${printable(path)}: a server would refuse this pattern` } as const,
    { depth: 1, mark: "none", text: printable(message) } as const,
  ]);
  return [askedText(asked, colours), renderLines(patterns, colours)].filter((part) => part !== "").join("\n");
}
