import { resolve } from "node:path";
import { backUp, type ChainVerdict, type KeptProjectHead, restore, verifyDatabase } from "@bannerol/server";
import { type Action, type Call, readSettings } from "../call.ts";
import { RefusedError, UsageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { readServerSettings, tellOperator } from "../serving.ts";

/** Beside a server that runs: it is one transaction that reads. */
export const backup: Action = async (call) => {
  const { database } = readServerSettings(call);
  const file = fileOf(call);
  const bytes = await backUp(database, file).catch(tellOperator);
  return { document: { file, bytes }, text: () => `${printable(file)} holds the backup, ${bytes} bytes` };
};

export const restoreBackup: Action = async (call) => {
  const { database } = readServerSettings(call);
  const file = fileOf(call);
  await mayReplace(call, file);
  const { epoch, projects, aside } = await restore(database, file, Date.now()).catch(tellOperator);
  const restored = [...projects].map(([project, revision]) => ({ project, revision }));
  return {
    document: { epoch, projects: restored, ...(aside !== undefined && { aside }) },
    text: (colours) =>
      [
        `${printable(file)} is restored, under the new epoch ${epoch}`,
        table(
          restored.map(({ project, revision }) => [`  ${colours.bold(printable(project))}`, `revision ${revision}`]),
        ),
      ].join("\n"),
    ...(aside !== undefined && { notes: [`The database until now is kept: ${printable(aside)}`] }),
  };
};

export const verify: Action = async (call) => {
  const { database } = readServerSettings(call);
  const kept = await keptHead(call);
  const verdicts = await verifyDatabase(database, Date.now(), kept).catch(tellOperator);
  const projects = [...verdicts].map(([project, verdict]) => ({ project, ...verdict }));
  const ok = projects.every((each) => each.ok);
  return {
    document: { ok, projects },
    text: (colours) => table([...verdicts].map(([project, verdict]) => verdictRow(project, verdict, colours))),
    exitCode: ok ? ExitCode.done : ExitCode.invalid,
  };
};

function fileOf({ words, io }: Call): string {
  return resolve(io.folder, words.argument("file"));
}

async function mayReplace({ words, io }: Call, file: string): Promise<void> {
  if (words.has("yes")) return;
  const what = `put ${printable(file)} in the place of the database`;
  if (!io.stdin.isTerminal || !io.stderr.isTerminal) {
    throw new UsageError(`This would ${what}, and there is no terminal to ask on. Add --yes.`);
  }
  const answer = await io.stdin.ask(`Really ${what}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new RefusedError("Nothing was changed.");
}

async function keptHead(call: Call): Promise<KeptProjectHead | undefined> {
  const [head, revision] = [call.words.option("head"), call.words.option("revision")];
  if (head === undefined) {
    if (revision !== undefined)
      throw new UsageError("--revision is that of a head that was kept. Name it with --head.");
    return undefined;
  }
  if (!/^[0-9a-f]{12,64}$/.test(head)) {
    throw new UsageError("--head is a head hash, or its first 12 characters or more, as 0-9 a-f.");
  }
  if (revision !== undefined && !/^\d{1,15}$/.test(revision)) throw new UsageError("--revision is a whole number.");
  const { project } = await readSettings(call);
  return { project, head, ...(revision !== undefined && { revision: Number(revision) }) };
}

function verdictRow(project: string, verdict: ChainVerdict, colours: Colours): string[] {
  const name = colours.bold(printable(project));
  if (verdict.ok) return [name, colours.green("intact"), `${verdict.checked} changes`, colours.dim(verdict.head)];
  return [name, colours.red("not intact"), `from revision ${verdict.revision} on`, printable(verdict.reason)];
}
