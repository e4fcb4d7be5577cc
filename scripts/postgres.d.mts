/** A PostgreSQL of its own, for one test file. */
export interface Cluster {
  readonly url: string;
  /** Its owner's, and gone when it is stopped. */
  readonly folder: string;
  /** Starts it again after a crash. */
  readonly start: () => void;
  /** Ends all of its processes by SIGKILL. */
  readonly crash: () => void;
  readonly stop: () => void;
}

/** Where the newest PostgreSQL's programs are; `undefined` where there are none. */
export function findPrograms(): string | undefined;
export function startCluster(programs: string): Promise<Cluster>;
/** Makes a folder that of the user who runs PostgreSQL. */
export function giveToOwner(folder: string): void;
