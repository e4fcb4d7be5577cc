/** What the processes that serve one database tell each other of who is connected to them. Of no worth once they are gone. */

/** Who is connected to one process, of one environment. */
export interface NodeReport {
  readonly project: string;
  readonly environment: string;
  /** As the process wrote it, which may be of another version. */
  readonly sdks: string;
}

/** A process that has not said anything for so long, by the database's clock, counts as gone. */
export const NODE_SILENT_MS = 10_000;

/** A fault of any call rejects with a `StoreFault`. */
export interface NodeStore {
  /**
   * Says that a process is there, and what it says anew; what it said before of other environments stays. Tells of how
   * many environments it has a report now: fewer than it said means that the database lost some, and to say all again.
   */
  report(node: string, reports: readonly NodeReport[]): Promise<number>;
  /** What the other processes say of an environment. */
  others(node: string, project: string, environment: string): Promise<readonly string[]>;
  /** The process goes. */
  leave(node: string): Promise<void>;
}
