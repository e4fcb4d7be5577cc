/**
 * What can go wrong with a database through no fault of the request. Nothing of the work was written, the state in
 * memory is as it was, and the same call may succeed later without a restart.
 *
 * - `full`: no space left on the disk.
 * - `io`: the disk failed to read or write.
 * - `unavailable`: out of reach, locked by somebody else, or closed.
 * - `corrupt`: the file is damaged; writes fail until a backup is restored.
 * - `regressed`: the log no longer holds what this process has read from it.
 */
export type StoreFaultKind = "full" | "io" | "unavailable" | "corrupt" | "regressed";

/** The database failed. The message says what happened and what to do. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  readonly kind: StoreFaultKind;

  constructor(kind: StoreFaultKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
