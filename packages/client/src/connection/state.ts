/**
 * Where a client stands with its server.
 *
 *     idle ─start─► connecting ─opened─► greeting ─snapshot, delta, current─► live
 *                      ▲   │                │  ▲                               │ │
 *                      │   │                │  └──────── does not fit ─────────┘ │
 *                      │   │                └──────── fetch ──► fetching ◄─fetch─┘
 *                      │   ▼                                    │
 *     polling ◄───── waiting ◄── closed, silent, refused, goodbye ── (each of them)
 *        └─────────────────────── a WebSocket that is tried beside works ──► live
 *
 * `ways.ts` says by which transport a stream is opened, and when there is none but polling. Every state can be `closed` by
 * the application, for good. All of it is frozen data; `step.ts` makes the next one. Times are monotonic milliseconds. It
 * holds neither sockets nor timers: `driver.ts` performs what a step returned.
 */
import { checksumOf, type Ruleset } from "@bannerol/core";
import type { DeltaMessage, StateIdentity } from "@bannerol/protocol";
import type { Ending } from "../ports.ts";
import { firstWay, type StreamTransportName, type Way } from "./ways.ts";

/** What outlives a connection. */
export interface Memory {
  /** What has been installed last. */
  readonly ruleset: Ruleset | undefined;
  /** Of what a process starts with it is taken when a server is to hear it: of 5,000 flags that takes 5 ms. */
  readonly checksum: number | undefined;
  /** Of the last whole ruleset that came by HTTP, and the state it stood for. */
  readonly etag: (StateIdentity & { readonly value: string }) | undefined;
  /** Tries since the server was last seen to work: the exponent of the next wait. */
  readonly failures: number;
  /** No request leaves before this. */
  readonly notBefore: number;
  /** When a request for the ruleset last succeeded. */
  readonly fetchedAt: number;
  /** Whether a try has failed since the state was last confirmed. */
  readonly troubled: boolean;
  /** Deltas and snapshots that were not applied, since they did not fit. */
  readonly rejected: number;
  /** How the server is reached. */
  readonly way: Way;
  /** A WebSocket that is tried while another way goes on. */
  readonly trial: Trial | undefined;
  /** Of the project's changes, those up to this one are in the state in hand, or alter nothing of it. */
  readonly upTo: number;
  /** A change that somebody waits for. */
  readonly wanted: Wanted | undefined;
}

export interface Wanted {
  readonly revision: number;
  /** How often the server may still be asked for it; then its heartbeats tell. */
  readonly asks: number;
}

/** One connection. */
export interface Link {
  readonly transport: StreamTransportName;
  /** When it opened, or when a fetch on it failed last. */
  readonly steadySince: number;
  readonly lastMessageAt: number;
  readonly helloAt: number;
  /** When to say hello again, where something did not fit. */
  readonly rehelloAt: number | undefined;
  /** Whether the server has confirmed or given the state in hand on this connection. */
  readonly confirmed: boolean;
  /** Whether it did so after a minute: a connection that ends now is no sign that this way in does not work. */
  readonly proven: boolean;
  /** From a `problem`: why the connection is about to be closed. */
  readonly said: Pick<Required<Ending>, "reason" | "status"> | undefined;
  readonly ackedRevision: number | undefined;
  readonly ackedAt: number;
}

/** A request for the ruleset. */
export interface Asking {
  /** When it leaves, or left. */
  readonly at: number;
  readonly inFlight: boolean;
  /** Ask for all of it, since what changed did not fit. */
  readonly whole: boolean;
}

/** Asking again and again, where there is no stream. */
export interface Polling extends Asking {
  /** Whether the last poll did not succeed. */
  readonly failed: boolean;
}

/** A ruleset being brought by HTTP, and what the stream says meanwhile. */
export interface Fetching extends Asking {
  readonly pending: readonly DeltaMessage[];
  /** Their size as text. */
  readonly pendingSize: number;
  /** Something was left aside: hello again once the fetch is done. */
  readonly incomplete: boolean;
}

interface States {
  readonly idle: { readonly phase: "idle"; readonly memory: Memory };
  readonly connecting: {
    readonly phase: "connecting";
    readonly memory: Memory;
    readonly transport: StreamTransportName;
    readonly giveUpAt: number;
  };
  readonly greeting: { readonly phase: "greeting"; readonly memory: Memory; readonly link: Link };
  readonly live: { readonly phase: "live"; readonly memory: Memory; readonly link: Link };
  readonly fetching: {
    readonly phase: "fetching";
    readonly memory: Memory;
    readonly link: Link;
    readonly fetching: Fetching;
  };
  readonly polling: { readonly phase: "polling"; readonly memory: Memory; readonly polling: Polling };
  readonly waiting: { readonly phase: "waiting"; readonly memory: Memory };
  readonly closed: { readonly phase: "closed"; readonly memory: Memory };
}

export type Phase = keyof States;
export type StateOf<P extends Phase> = States[P];
export type ConnectionState = States[Phase];
/** A state with an open connection. */
export type LinkedState = StateOf<"greeting" | "live" | "fetching">;
/** A state of its own, but for what is shared with the way that goes on. */
export type Trial = Omit<StateOf<"connecting">, "memory"> | Omit<StateOf<"greeting">, "memory">;

/** What came of a request for the ruleset. */
export type Fetched = (
  | { readonly unchanged: true }
  | { readonly unchanged: false; readonly body: string; readonly etag?: string }
) & {
  /** When to ask again. */
  readonly maxAgeMs?: number;
  /** How far the log had been read. */
  readonly upTo?: number;
};

interface Events {
  /** `ruleset` is what the process starts with: the cache's or the bootstrap's. */
  readonly start: { readonly type: "start"; readonly ruleset: Ruleset | undefined };
  readonly opened: { readonly type: "opened" };
  readonly message: { readonly type: "message"; readonly text: string };
  readonly closed: { readonly type: "closed"; readonly ending: Ending };
  readonly timer: { readonly type: "timer" };
  readonly fetched: { readonly type: "fetched"; readonly fetched: Fetched };
  readonly fetchFailed: { readonly type: "fetchFailed"; readonly ending: Ending };
  /** An acknowledgement beside a stream did not arrive. */
  readonly ackFailed: { readonly type: "ackFailed" };
  /** What the stream of the trial says. */
  readonly trial: { readonly type: "trial"; readonly event: StreamEvent };
  /** Somebody waits for this change. */
  readonly want: { readonly type: "want"; readonly revision: number };
  readonly close: { readonly type: "close" };
}

export type EventType = keyof Events;
export type EventOf<T extends EventType> = Events[T];
export type ConnectionEvent = Events[EventType];
/** What a stream says of itself. */
export type StreamEvent = EventOf<"opened" | "message" | "closed" | "ackFailed">;

/** What went wrong with the connection, for the status and the error listeners. */
export interface ConnectionProblem {
  readonly code:
    | "unreachable"
    | "key_refused"
    | "protocol_not_spoken"
    | "protocol_error"
    | "fetch_failed"
    | "list_missing"
    | "internal";
  /** What happened, and what to do. */
  readonly message: string;
}

/** What is done with a stream. */
export type StreamEffect =
  | { readonly type: "open"; readonly transport: StreamTransportName; readonly have: StateIdentity | undefined }
  | { readonly type: "hello"; readonly have: StateIdentity | undefined; readonly first: boolean }
  | { readonly type: "disconnect" };

export type Effect =
  | StreamEffect
  /** The same with the stream of the trial. */
  | { readonly type: "trial"; readonly effect: StreamEffect }
  /** The trial's stream takes the place of the one before, which is closed. */
  | { readonly type: "promote" }
  | { readonly type: "ack"; readonly epoch: string; readonly revision: number }
  | {
      readonly type: "fetch";
      readonly since: { readonly epoch: string; readonly revision: number } | undefined;
      readonly etag: string | undefined;
    }
  | { readonly type: "cancelFetch" }
  /** The server gave this state: serve it. */
  | { readonly type: "install"; readonly ruleset: Ruleset }
  /** The server said that the state in hand is its own. */
  | { readonly type: "confirm" }
  | { readonly type: "report"; readonly problem: ConnectionProblem };

export interface Step {
  readonly state: ConnectionState;
  readonly effects: readonly Effect[];
}

export interface Env {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export const initialState: StateOf<"idle"> = {
  phase: "idle",
  memory: {
    ruleset: undefined,
    checksum: undefined,
    etag: undefined,
    failures: 0,
    notBefore: Number.NEGATIVE_INFINITY,
    fetchedAt: Number.NEGATIVE_INFINITY,
    troubled: false,
    rejected: 0,
    way: firstWay,
    trial: undefined,
    upTo: -1,
    wanted: undefined,
  },
};

/** Which state the client has, as the server is told. */
export function identityOf({ ruleset, checksum }: Memory): StateIdentity | undefined {
  return ruleset && { epoch: ruleset.epoch, revision: ruleset.revision, checksum: checksum ?? checksumOf(ruleset) };
}

/** Takes the checksum where that has not been done, so that it is taken once. */
export function withChecksum(memory: Memory): Memory {
  const { ruleset, checksum } = memory;
  return ruleset === undefined || checksum !== undefined ? memory : { ...memory, checksum: checksumOf(ruleset) };
}
