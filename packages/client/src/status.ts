/** How fresh a client is, told from its connection and its state. Pure. */
import type { ConnectionProblem, ConnectionState } from "./connection/state.ts";
import type { Source } from "./ruleset/store.ts";

/** Something that an application should hear of. */
export interface ClientProblem {
  readonly code: ConnectionProblem["code"] | "listener_failed";
  /** What happened, and what to do. */
  readonly message: string;
}

export interface Status {
  /**
   * `connecting`: on the way to the server, and no try has failed. `live`: every change arrives as it happens.
   * `offline`: the server is out of reach, or refuses; tries go on. `stale`: the state was last confirmed longer ago
   * than `staleAfterMs`. `closed`: by `close()`.
   */
  readonly state: "connecting" | "live" | "stale" | "offline" | "closed";
  /** Where the state in use came from; undefined where there is none. What the server has confirmed is its own. */
  readonly source: Source | undefined;
  readonly epoch: string | undefined;
  readonly revision: number | undefined;
  /** Since the server last gave or confirmed the state; a bootstrap's age counts from the client's start. */
  readonly ageMs: number | undefined;
  /** Evaluations that were not counted, since the table of counts is full. */
  readonly drops: number;
  /** Deltas and states from the server that did not fit and were not applied. */
  readonly rejected: number;
  /** Kept rulesets that could not be used. */
  readonly ignoredCaches: number;
  /** What is wrong with the connection, until it works again. */
  readonly problem: ConnectionProblem | undefined;
}

/** `ageMs` where there is a state; `staleAfterMs` where the application set a limit. */
export function freshnessOf(
  connection: ConnectionState,
  ageMs: number | undefined,
  staleAfterMs: number | undefined,
): Status["state"] {
  if (connection.phase === "closed") return "closed";
  if (ageMs !== undefined && staleAfterMs !== undefined && ageMs > staleAfterMs) return "stale";
  if ("link" in connection && connection.link.confirmed) return "live";
  return connection.memory.troubled || connection.phase === "waiting" ? "offline" : "connecting";
}
