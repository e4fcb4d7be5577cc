/**
 * Whether the files that a connection has open are still those that its path names. One that was removed or replaced takes
 * changes as before, and they are gone with the process.
 */
import { realpathSync, statSync } from "node:fs";

/** To be asked after a first write, which makes the log. The answer tells, each time, which file is not in its place. */
export function watchPlaces(database: string): () => string | undefined {
  const path = realpathSync(database);
  const files = [path, `${path}-wal`].map((file) => ({ file, id: idOf(file) })).filter(({ id }) => id !== 0);
  return () => files.find(({ file, id }) => idOf(file) !== id)?.file;
}

/** As SQLite itself tells files from each other; 0 where there is none. */
function idOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? 0;
}
