/**
 * What can go wrong with a database through no fault of the request. Nothing of the work was written (but see
 * `uncertain`), the state in memory is as it was, and the same call may succeed later without a restart.
 *
 * - `full`: no space left on the disk.
 * - `io`: the disk failed to read or write.
 * - `unavailable`: out of reach, locked by somebody else, or closed.
 * - `uncertain`: the connection was lost in the middle of a commit, which was made wholly or not at all; where it was
 *   made, this process will read it from the log like anybody's.
 * - `corrupt`: the file is damaged; writes fail until a backup is restored.
 * - `regressed`: the log no longer holds what this process has read from it.
 */
export type StoreFaultKind = "full" | "io" | "unavailable" | "uncertain" | "corrupt" | "regressed";

/** The database failed. The message says what happened and what to do. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  readonly kind: StoreFaultKind;

  constructor(kind: StoreFaultKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** For a caller that names a project which is not in the database: a defect of ours, so no fault. */
export function noProject(project: string): Error {
  return new Error(`There is no project ${project} in this database. Add it first.`);
}
