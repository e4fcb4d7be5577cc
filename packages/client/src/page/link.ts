/** What a page's connection remembers of one stream, and of one request for the ruleset. */
import { type DeltaMessage, MAX_PENDING_DELTA_BYTES } from "@bannerol/protocol";
import type { Line } from "../connection/line.ts";
import type { StreamTransportName } from "../connection/ways.ts";
import type { Ending } from "../ports.ts";

export const NEVER = Number.POSITIVE_INFINITY;

/** One stream, and what is known of it. */
export interface Link {
  readonly transport: StreamTransportName;
  /** When it began to open; from when it opened, or a fetch on it failed last. */
  steadySince: number;
  isOpen: boolean;
  heardAt: number;
  helloAt: number;
  rehelloAt: number;
  /** The server has confirmed or given the state in hand on it. */
  confirmed: boolean;
  /** No hello is out. */
  live: boolean;
  /** It brought news after a minute: its end is no sign against the way. */
  proven: boolean;
  said: Pick<Required<Ending>, "reason" | "status"> | undefined;
  acked: number | undefined;
  ackedAt: number;
  line: Line | undefined;
}

/** A request for the ruleset; `cancel` is there while it is out. */
export interface Asking {
  at: number;
  whole: boolean;
  failed: boolean;
  cancel: (() => void) | undefined;
  pending: DeltaMessage[];
  pendingSize: number;
  /** Something was left aside. */
  incomplete: boolean;
}

export const newLink = (transport: StreamTransportName, at: number): Link => ({
  transport,
  steadySince: at,
  isOpen: false,
  heardAt: at,
  helloAt: at,
  rehelloAt: NEVER,
  confirmed: false,
  live: false,
  proven: false,
  said: undefined,
  acked: undefined,
  ackedAt: -NEVER,
  line: undefined,
});

export const newAsking = (at: number): Asking => ({
  at,
  whole: false,
  failed: false,
  cancel: undefined,
  pending: [],
  pendingSize: 0,
  incomplete: false,
});

/** Keeps a delta until the fetch is done, as far as there is room. */
export function keep(fetching: Asking, delta: DeltaMessage, size: number): void {
  fetching.pendingSize += size;
  if (fetching.incomplete || fetching.pendingSize > MAX_PENDING_DELTA_BYTES) noteGap(fetching);
  else fetching.pending.push(delta);
}

/** A request that has not left yet will bring whatever is announced before it leaves. */
export function noteGap(fetching: Asking): void {
  fetching.incomplete ||= fetching.cancel !== undefined;
  fetching.pending = [];
  fetching.pendingSize = 0;
}
