import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { exportDatabase, exportToFile, importDatabase, migrateDatabase } from "@bannerol/server";
import type { Action, Call } from "../call.ts";
import { RefusedError, UsageError } from "../errors.ts";
import type { Sink } from "../io.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { readServerSettings, tellOperator } from "../serving.ts";

/** Of the working folder's streams instead of a file. */
const STANDARD = "-";

/** Beside a server that runs: it only reads. */
export const exportAll: Action = async (call) => {
  const { database } = readServerSettings(call);
  const name = call.words.argument("file");
  if (name === STANDARD) {
    if (call.json)
      throw new UsageError("With - the export takes standard output, so --json has no place. Name a file.");
    const { projects } = await exportDatabase(database, (text) => pass(call.io.stdout, text)).catch(tellOperator);
    return { document: {}, text: () => "", notes: [`Exported ${projects.size} histories`] };
  }
  const file = resolve(call.io.folder, name);
  const { bytes, projects } = await exportToFile(database, file).catch(tellOperator);
  return {
    document: { file, bytes, projects: listed(projects) },
    text: (colours) => [`${printable(file)} holds the export, ${bytes} bytes`, histories(projects, colours)].join("\n"),
  };
};

export const importAll: Action = async (call) => {
  const { database } = readServerSettings(call);
  const imported = importDatabase(database, bytesOf(call), Date.now());
  const { epoch, projects } = await imported.catch(unreadable).catch(tellOperator);
  return {
    document: { epoch, projects: listed(projects) },
    text: (colours) => [`Imported, under the new epoch ${epoch}`, histories(projects, colours)].join("\n"),
  };
};

export const migrate: Action = async (call) => {
  const { database } = readServerSettings(call);
  const { from, to, ran, backup } = await migrateDatabase(database, Date.now()).catch(tellOperator);
  return {
    document: { from, to, ran, ...(backup !== undefined && { backup }) },
    text: () =>
      ran.length === 0
        ? `Nothing to do: the database has schema ${to} already`
        : `The database has schema ${to} now, from ${from}: ${ran.join(", ")}`,
    ...(backup !== undefined && { notes: [`A copy from before is kept: ${printable(backup)}`] }),
  };
};

async function pass(sink: Sink, text: string): Promise<void> {
  sink.write(text);
  await sink.drained?.();
}

function bytesOf({ words, io }: Call): AsyncIterable<Uint8Array> {
  const name = words.argument("file");
  return name === STANDARD ? io.stdin.bytes() : createReadStream(resolve(io.folder, name));
}

function unreadable(error: unknown): never {
  const file = error instanceof Error && "syscall" in error && "path" in error ? String(error.path) : undefined;
  if (file === undefined || !(error instanceof Error)) throw error;
  throw new RefusedError(`The export cannot be read: ${error.message}. Name a file that bannerol server export wrote.`);
}

function listed(projects: ReadonlyMap<string, number>): readonly object[] {
  return [...projects].map(([project, revision]) => ({ project, revision }));
}

function histories(projects: ReadonlyMap<string, number>, colours: Colours): string {
  return table(
    [...projects].map(([project, revision]) => [`  ${colours.bold(printable(project))}`, `revision ${revision}`]),
  );
}
