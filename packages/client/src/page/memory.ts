/** What a page's connection remembers. Its parts share it. */
import type { DeltaMessage, StateIdentity } from "@bannerol/protocol";
import type { ConnectionIdentity, Line, LineOptions } from "../connection/line.ts";
import type { StreamTransportName, Transport } from "../connection/ways.ts";
import type { FeedListener } from "../feed.ts";
import type { Clock, Ending, Random, StreamTransport, Timers } from "../ports.ts";
import type { Hearing } from "./hearing.ts";
import type { Held } from "./held.ts";
import type { OtherWays } from "./other-ways.ts";
import type { describe } from "./problems.ts";
import { nextTryAt } from "./waits.ts";

export const NEVER = Number.POSITIVE_INFINITY;

export interface Memory {
  /** The last state that the server gave, or that the page had from elsewhere. */
  held?: Held | undefined;
  /** The stream in use. */
  main?: Link | undefined;
  /** A WebSocket that is tried beside another way. */
  trial?: Link | undefined;
  asking?: Asking | undefined;
  transport: Transport;
  /** Streams by this way that failed, one after the other. */
  failed: number;
  /** Tries since the server was last seen to work. */
  failures: number;
  /** No request leaves before this. */
  notBefore: number;
  /** A try has failed since the state was last confirmed. */
  troubled: boolean;
  /** Deltas and states from the server that did not fit. */
  rejected: number;
}

/** One stream, and what is known of it. */
export interface Link {
  readonly transport: StreamTransportName;
  /** When it began to open; from when it opened, or a fetch on it failed last. */
  steadySince: number;
  isOpen?: boolean;
  heardAt: number;
  helloAt: number;
  rehelloAt: number;
  /** The server has confirmed or given the state in hand on it. */
  confirmed?: boolean;
  /** No hello is out. */
  live?: boolean;
  /** It brought news after a minute: its end is no sign against the way. */
  proven?: boolean;
  said?: Pick<Required<Ending>, "reason" | "status">;
  acked?: number | undefined;
  ackedAt: number;
  line?: Line;
}

/** A request for the ruleset; `cancel` is there while it is out. */
export interface Asking {
  at: number;
  whole?: boolean;
  failed?: boolean;
  cancel: (() => void) | undefined;
  pending: DeltaMessage[];
  pendingSize: number;
  /** Something was left aside. */
  incomplete?: boolean;
}

/** Nothing keeps a page alive. */
export type PageTimers = Pick<Timers, "set">;

export interface PageConnectionPorts {
  readonly clock: Clock;
  readonly timers: PageTimers;
  readonly random: Random;
  readonly stream: StreamTransport;
  /** Brings what a WebSocket alone does not need, so that it can be loaded then, and calls `done` once; the answer gives up. */
  readonly otherWays: (done: (open: (core: Core) => OtherWays) => void) => () => void;
}

export interface PageConnectionListener extends Pick<FeedListener, "confirm" | "report" | "settled"> {
  readonly install: (held: Held) => void;
}

/** What the parts of a connection do for each other. */
export interface Parts {
  readonly memory: Memory;
  readonly ports: PageConnectionPorts;
  readonly identity: ConnectionIdentity;
  readonly listener: PageConnectionListener;
  readonly have: () => StateIdentity | undefined;
  /** Events wait for their turn; after each, what has fallen due is done. */
  readonly handle: (event: () => void) => void;
  /** A port that throws fails its call alone: the watchdog finds what is amiss. */
  readonly attempt: (what: string, call: () => void) => void;
  readonly open: (link: Link, openLine?: (options: LineOptions) => Line) => void;
  readonly lose: (link: Link, ending: Ending, how?: Loss) => void;
  readonly report: (...told: Parameters<typeof describe>) => void;
  /** Brings the other ways, where they are not here yet, and uses them. */
  readonly others: (use: (ways: OtherWays) => void) => void;
}

export interface Core extends Parts, Pick<Hearing, "becomeLive" | "serve"> {}

export interface Loss {
  /** The stream is still open. */
  readonly cut?: boolean;
  /** Nothing is wrong with the way, and nothing to report. */
  readonly inOrder?: boolean;
  readonly garbled?: boolean;
}

export const newMemory = (): Memory => ({
  transport: "websocket",
  failed: 0,
  failures: 0,
  notBefore: -NEVER,
  troubled: false,
  rejected: 0,
});

export const newLink = (transport: StreamTransportName, at: number): Link => ({
  transport,
  steadySince: at,
  heardAt: at,
  helloAt: at,
  rehelloAt: NEVER,
  ackedAt: -NEVER,
});

/** One try more has failed. */
export function pay({ memory, ports }: Pick<Parts, "memory" | "ports">, serverWait?: number): void {
  memory.notBefore = nextTryAt(memory, ports, serverWait);
  memory.failures++;
  memory.troubled = true;
}
