import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "./errors.ts";
import type { Io } from "./io.ts";

/** A file of the working folder; `-` is what is piped in. Throws `UsageError` where it cannot be read. */
export async function readText({ stdin, folder }: Pick<Io, "stdin" | "folder">, file: string): Promise<string> {
  if (file === "-") return await stdin.readAll();
  try {
    return await readFile(resolve(folder, file), "utf8");
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${reasonOf(error)}.`);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons.get(code) ?? (error instanceof Error ? error.message : String(error));
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "it is not there"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "you may not read it"],
]);

/** The same as JSON. */
export async function readJson(io: Pick<Io, "stdin" | "folder">, file: string): Promise<unknown> {
  const text = await readText(io, file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
