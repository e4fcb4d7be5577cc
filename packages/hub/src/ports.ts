/** What the hub needs of the world. All of it is handed in, so that the hub is tested without a socket or a clock. */
import type { RulesetDelta, RulesetDocument } from "@bannerol/core";
import type { CloseCode, ProblemCode, StateIdentity } from "@bannerol/protocol";

/** How messages travel. */
export const transports = ["websocket", "sse"] as const;
export type Transport = (typeof transports)[number];

/** One end of a stream. The hub writes to it; whoever owns it feeds `Connection.receive` and `Connection.closed`. */
export interface HubSocket {
  readonly transport: Transport;
  /** Bytes handed to `send` that have not left this process yet. */
  readonly unsentBytes: number;
  /**
   * `flushed` is called once the frame has left this process, or never where the socket dies first. `state` is what its
   * reader has once it has taken the frame up; absent where that is not for this frame to say.
   */
  send(frame: Uint8Array, flushed: () => void, state?: StateIdentity): void;
  close(code: CloseCode, reason: string): void;
  /** Ends it at once, without a closing handshake: for peers that do not read. */
  terminate(): void;
}

/** One view of one environment, kept by the log: what its connections are brought up to. */
export interface ViewSource {
  identity(): StateIdentity;
  /** The newest change of the project that has been read, whether or not the view shows anything of it. */
  upTo(): number;
  ruleset(): RulesetDocument;
  /** What changed after `revision`, or `tooOld` where that is no longer known. */
  deltaSince(revision: number): RulesetDelta | "tooOld";
  /** Reads the log to its end, for a client that has seen more of it than this node: up to the state that it `has`. */
  catchUp(has: StateIdentity): Promise<void>;
}

/** What an accepted key opens. */
export interface Grant {
  readonly keyId: string;
  /** Names the view; connections of one view share its frames. */
  readonly viewId: string;
  readonly source: ViewSource;
}

export interface KeyRefusal {
  readonly closeCode: CloseCode;
  readonly code: ProblemCode;
  /** What is wrong with the key, and what to do. */
  readonly detail: string;
}

/** The grant, where a header carried the key at the upgrade; otherwise how to get one for the key in `hello`. */
export type Admit = Grant | ((key: string) => Promise<Grant | KeyRefusal>);

/** What those who measure are told. No call may throw. */
export interface HubObserver {
  /** A connection says for the first time that it has this revision of its view, or a newer one. */
  readonly acknowledged: (viewId: string, revision: number) => void;
  /** A connection was ended because its reader does not read. */
  readonly cutSlowReader: () => void;
}

export interface HubPorts {
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  /** Calls `fn` about every `ms`, without keeping the process alive; the answer stops it. */
  readonly every: (ms: number, fn: () => void) => () => void;
  readonly observer?: HubObserver;
}
