import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { RefusedError } from "./errors.ts";

/** Written whole or not at all, its folder made where there is none. `modes`: who may do what with either. */
export async function writeWhole(
  path: string,
  text: string,
  modes: { readonly file?: number; readonly folder?: number } = {},
): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: modes.folder });
    await writeFile(draft, text, { mode: modes.file, flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw new RefusedError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
