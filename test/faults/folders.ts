import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder in memory, where nothing waits for a disk; an ordinary one where the system has no such place. */
export const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Makes empty folders, which are gone when the test file is through. */
export function temporaryFolders(): (within?: string) => string {
  const made: string[] = [];
  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  });
  return (within = tmpdir()) => {
    const folder = mkdtempSync(join(within, "bannerol-faults-"));
    made.push(folder);
    return folder;
  };
}
