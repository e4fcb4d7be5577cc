/**
 * The stream's messages: JSON text frames, each an object whose `type` names it. Unknown fields and types are
 * ignored, so that either end may be newer. `SPEC.md` says what each means and when it may be sent.
 */
import type { RulesetDelta, RulesetDocument } from "@bannerol/core";

/** Which state one end has: enough to answer "is it mine, and is it whole?". */
export interface StateIdentity {
  readonly epoch: string;
  readonly revision: number;
  /** Unsigned 32-bit sum over the view's entities; see `checksumOf` in core. */
  readonly checksum: number;
}

/** First on a connection, within 5 s; again, without `key`, at most once in 5 s, to resync. */
export interface HelloMessage {
  readonly type: "hello";
  readonly protocol: number;
  /** Only where the connection could not carry it in a header. */
  readonly key?: string;
  readonly sdk: { readonly name: string; readonly version: string };
  /** Random, one for each client object; names it in the connection inventory. */
  readonly instance: string;
  readonly have?: StateIdentity;
  /** `remote`: the server evaluates, so documents hold their versions alone. `local` unless named; the first hello decides. */
  readonly evaluation?: "local" | "remote";
}

/** The state of this revision has been applied. At most once a second. */
export interface AckMessage {
  readonly type: "ack";
  readonly revision: number;
}

export type ClientMessage = HelloMessage | AckMessage;

/** Replace all you have. */
export interface SnapshotMessage {
  readonly type: "snapshot";
  readonly ruleset: RulesetDocument;
  readonly checksum: number;
}

/** The same, but get it by HTTP after a random wait of up to `afterMs`. */
export interface FetchMessage {
  readonly type: "fetch";
  readonly revision: number;
  readonly afterMs: number;
}

/** Apply to revision `from`. One change set, however many flags it touches, is one delta. */
export interface DeltaMessage extends RulesetDelta {
  readonly type: "delta";
  /** In which it leads on: to one who has a state of another, where the message between was lost, it is none. */
  readonly epoch?: string;
  /** Of the state after it is applied. */
  readonly checksum: number;
}

/** Nothing newer: the answer to an up-to-date hello, and the heartbeat. */
export interface CurrentMessage extends StateIdentity {
  readonly type: "current";
  /** The log of the project has been read up to this change; those after `revision` alter nothing of the view. */
  readonly upTo?: number;
}

/** The server is going: come back within this window. */
export interface GoodbyeMessage {
  readonly type: "goodbye";
  readonly reason: string;
  readonly afterMs: readonly [min: number, max: number];
}

/** RFC 9457 fields; a close follows. */
export interface ProblemMessage {
  readonly type: "problem";
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
}

export type ServerMessage =
  | SnapshotMessage
  | FetchMessage
  | DeltaMessage
  | CurrentMessage
  | GoodbyeMessage
  | ProblemMessage;

/** Why a stream was closed. */
export const CloseCode = {
  malformed: 4400,
  unauthorized: 4401,
  revoked: 4403,
  tooSlow: 4408,
  protocolNotSpoken: 4426,
  tryLater: 1013,
  goingAway: 1001,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
