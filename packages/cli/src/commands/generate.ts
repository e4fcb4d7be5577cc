/** Files that a program is built with, made of what a project has. */
import { resolve } from "node:path";
import { type Action, openSession } from "../call.ts";
import { declarationsOf } from "../declarations.ts";
import { RefusedError, UsageError } from "../errors.ts";
import { readText } from "../input-file.ts";
import type { Io } from "../io.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { collect } from "../pages.ts";
import { writeWhole } from "../whole-file.ts";

export const types: Action = async (call) => {
  const { words, io } = call;
  const named = words.option("out");
  const out = named === "-" ? undefined : named;
  const isCheck = words.has("check");
  if (isCheck && out === undefined) throw new UsageError("Which file is to be checked? Name it with --out.");
  const { admin, project } = await openSession(call);
  const { items } = await collect((page) => admin.flags.list(project, page));
  const inPages = words.has("clientSide");
  const flags = inPages ? items.filter(({ clientSide }) => clientSide) : items;
  const text = declarationsOf(flags, `the project ${project}${inPages ? ", the flags that pages may know of" : ""}`);
  if (out === undefined) return { document: { types: text }, text: () => text };
  const isCurrent = await holds(io, out, text);
  if (isCheck && !isCurrent) throw outOfDate(out, inPages);
  if (!isCurrent) await writeWhole(resolve(io.folder, out), `${text}\n`);
  return told({ file: out, flags: flags.length, written: !isCurrent });
};

/** However a checkout ends its lines. */
async function holds(io: Io, file: string, text: string): Promise<boolean> {
  const have = await readText(io, file).catch(() => undefined);
  return have?.replaceAll("\r\n", "\n") === `${text}\n`;
}

function told(document: { readonly file: string; readonly flags: number; readonly written: boolean }): Output {
  const { file, flags, written } = document;
  const count = flags === 1 ? "1 flag" : `${flags} flags`;
  return { document, text: () => `${printable(file)} ${written ? "has them now" : "has them"}: ${count}.` };
}

function outOfDate(file: string, inPages: boolean): RefusedError {
  const again = `bannerol generate types --out ${printable(file)}${inPages ? " --client-side" : ""}`;
  return new RefusedError(
    `${printable(file)} is not what the flags are now, or cannot be read. Write it again, and commit it: ${again}`,
  );
}
