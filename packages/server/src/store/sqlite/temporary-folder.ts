/** For tests: database files that are gone when the test file is through. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Answers with a function that names a database in a new, empty folder. */
export function temporaryFiles(): () => string {
  const folder = mkdtempSync(join(tmpdir(), "bannerol-store-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return () => {
    count += 1;
    const own = join(folder, String(count));
    mkdirSync(own);
    return join(own, "bannerol.db");
  };
}
