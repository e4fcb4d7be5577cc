/** How fresh a client is, told from its feed and the age of its state. Pure. */
import type { ConnectionProblem } from "./connection/state.ts";
import type { Transport } from "./connection/ways.ts";
import type { FeedStanding } from "./feed.ts";
import type { Source } from "./ruleset/store.ts";

/** A place of a configuration file where something is wrong. Lines and columns count from 1, columns in UTF-16 units. */
export interface FilePlace {
  readonly line: number;
  readonly column: number;
  /** As in `flags.checkout.rules[0].when`; empty for the file as a whole, and where it could not be parsed. */
  readonly path: string;
  readonly message: string;
}

/** Something that an application should hear of. */
export interface ClientProblem {
  /**
   * `file_unreadable`: there is no such file, or it may not be read. `file_invalid`: it holds no ruleset; what was read
   * before stays in force. `file_flawed`: it is served, but for the parts named. `events_refused`: the server takes no
   * counts in this form; reported once, until it takes some. `context_failed`: whoever says for whom flags are
   * evaluated could not, and they were evaluated for nobody in particular.
   */
  readonly code:
    | ConnectionProblem["code"]
    | "file_unreadable"
    | "file_invalid"
    | "file_flawed"
    | "events_refused"
    | "listener_failed"
    | "hook_failed"
    | "context_failed";
  /** What happened, and what to do. */
  readonly message: string;
  /** Of a file: what is wrong where, in the order of the file. */
  readonly places?: readonly FilePlace[];
}

export interface Status {
  /**
   * `connecting`: on the way to the server, and no try has failed; of a file: it has not been looked at. `live`: every
   * change arrives as it happens, or, by polling, within half a minute or so. `offline`: the server is out of reach, or refuses, or the file cannot be used; tries
   * go on. `stale`: the state was last confirmed longer ago than `staleAfterMs`. `closed`: by `close()`.
   */
  readonly state: "connecting" | "live" | "stale" | "offline" | "closed";
  /** Where the state in use came from; undefined where there is none. What the server has confirmed is its own. */
  readonly source: Source | undefined;
  /**
   * How the server is reached, or tried. After three tries that came to nothing a client takes the next: a WebSocket, then
   * Server-Sent Events, then polling; and looks every five minutes whether a WebSocket works again. Undefined of a file.
   */
  readonly transport: Transport | undefined;
  readonly epoch: string | undefined;
  readonly revision: number | undefined;
  /** Since the server, or the file, last gave or confirmed the state; a bootstrap's counts from the client's start. */
  readonly ageMs: number | undefined;
  /**
   * Evaluations that the server does not hear of: the table of counts was full, their name is none that a flag can have,
   * or their batch was refused, or not answered for too long.
   */
  readonly drops: number;
  /** Deltas and states from the server that did not fit and were not applied. */
  readonly rejected: number;
  /** Kept rulesets that could not be used. */
  readonly ignoredCaches: number;
  /** What is wrong with the connection or the file, until it is no longer. */
  readonly problem: ClientProblem | undefined;
}

/** `ageMs` where there is a state; `staleAfterMs` where the application set a limit. */
export function freshnessOf(
  phase: FeedStanding["phase"],
  ageMs: number | undefined,
  staleAfterMs: number | undefined,
): Status["state"] {
  const old = ageMs !== undefined && staleAfterMs !== undefined && ageMs > staleAfterMs;
  return old && phase !== "closed" ? "stale" : phase;
}
