/** Files that are there after a power cut: their bytes first, then the folder's entry for them. */
import { closeSync, fsyncSync, linkSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { StoreFault } from "../fault.ts";

export function syncFile(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The folder in which a file was made, renamed or removed. Windows syncs no folders. */
export function syncFolderOf(file: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(dirname(file), "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Moves a file that is on the disk to its name, over what is there. */
export function putInPlace(draft: string, file: string): void {
  renameSync(draft, file);
  syncFolderOf(file);
}

/** For its owner's eyes from the first byte: what is kept there holds digests of secrets. */
export function makeEmpty(draft: string): void {
  try {
    closeSync(openSync(draft, "wx", 0o600));
  } catch (error) {
    throw cannotWrite(draft, error);
  }
}

/** Linking fails where something is there, so that no earlier backup is overwritten. */
export function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  syncFolderOf(file);
}

function cannotWrite(file: string, error: unknown): StoreFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = reasons.get(code) ?? `cannot be written (${code})`;
  return new StoreFault("unavailable", `${file} ${reason}. Name another file.`, { cause: error });
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["EEXIST", "is there already"],
  ["ENOENT", "lies in a folder that is not there"],
  ["EACCES", "lies where this user may not write"],
]);
