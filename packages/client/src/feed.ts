/** What brings rulesets to a client: the connection to a server, or whatever else an SDK follows. */
import type { KeyLists, Ruleset } from "@bannerol/core";
import type { Transport } from "./connection/ways.ts";
import type { ClientProblem } from "./status.ts";

/** How a feed stands just now. */
export interface FeedStanding {
  /** `connecting`: on the way, and nothing has failed. `live`: what was installed is what there is. */
  readonly phase: "connecting" | "live" | "offline" | "closed";
  /** A try has failed since the state was last confirmed: what the client has must do for now. */
  readonly troubled: boolean;
  /** States that did not fit and were not applied. */
  readonly rejected: number;
  /** What is wrong, until it is no longer. */
  readonly problem: ClientProblem | undefined;
  /** How the server is reached; absent where there is none. */
  readonly transport?: Transport;
  /** Every change of the project up to this one is in what was installed, or alters nothing of it. */
  readonly upTo?: number;
}

export interface FeedListener {
  /** Serve this from now on, with the long lists of keys that it names. */
  readonly install: (ruleset: Ruleset, lists?: KeyLists) => void;
  /** What is served is still what there is. */
  readonly confirm: () => void;
  readonly report: (problem: ClientProblem) => void;
  /** The standing may have changed. */
  readonly settled: () => void;
}

export interface Feed {
  readonly standing: () => FeedStanding;
  /** Begins, with what the process has from elsewhere. */
  readonly start: (have: Ruleset | undefined, lists?: KeyLists) => void;
  /** Somebody waits for this change of the project, which may alter nothing of what is installed. */
  readonly want?: (revision: number) => void;
  /** Ends it for good: the phase is `closed`, and the listener hears nothing more but a last `settled`. */
  readonly close: () => void;
}

export type OpenFeed = (listener: FeedListener) => Feed;
