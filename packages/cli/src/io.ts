/**
 * Everything that a command may touch outside itself. `main.ts` makes it of the process; tests make it of strings.
 */
export interface Io {
  readonly env: { readonly [name: string]: string | undefined };
  /** The working folder. */
  readonly folder: string;
  /** The caller's own config file, which `bannerol login` writes. */
  readonly ownConfigFile: string;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: Source;
  readonly interrupts: Interrupts;
  readonly clock: Clock;
}

export interface Sink {
  readonly isTerminal: boolean;
  /** How wide the terminal is now; undefined where there is none. */
  readonly columns?: number | undefined;
  write(text: string): void;
  /** Resolves once more may be written without filling memory; at once where it is absent. */
  drained?(): Promise<void>;
  /** To write a log by: what cannot be written is lost then, and is neither a reason to end nor kept in memory. */
  asLog?(): (text: string) => void;
}

export interface Source {
  readonly isTerminal: boolean;
  /** Asks on standard error and waits for a line; what is typed stays unseen where it is `hidden`. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  /** All that is piped in. */
  readAll(): Promise<string>;
  /** The same as it comes, for what may not fit into memory. */
  bytes(): AsyncIterable<Uint8Array>;
}

export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Epoch milliseconds, as the machine believes. */
  date(): number;
  /** Resolves after so many milliseconds, or at once where `until` is aborted. */
  sleep(ms: number, until: AbortSignal): Promise<void>;
}

export interface Interrupts {
  /** From now on the first SIGINT or SIGTERM is the listener's matter; a second one ends the process. */
  take(listener: () => void): void;
}
