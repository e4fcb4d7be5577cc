/** Files that are there after a power cut: their bytes first, then the folder's entry for them. */
import { closeSync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";

export function syncFile(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The folder in which a file was made, renamed or removed. */
export function syncFolderOf(file: string): void {
  const handle = openSync(dirname(file), "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
