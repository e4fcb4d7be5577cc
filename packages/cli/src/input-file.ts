import { open, readFile } from "node:fs/promises";
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

/** The same, piece by piece. */
export async function openBytes(
  { stdin, folder }: Pick<Io, "stdin" | "folder">,
  file: string,
): Promise<AsyncIterable<Uint8Array>> {
  if (file === "-") return stdin.bytes();
  const handle = await open(resolve(folder, file)).catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${reasonOf(error)}.`);
  });
  if (!(await handle.stat()).isDirectory()) return handle.createReadStream();
  await handle.close();
  throw new UsageError(`${file} cannot be read: ${reasons.get("EISDIR")}.`);
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
