/**
 * Batches on their way to the server, one at a time. Pure; times are monotonic milliseconds.
 *
 *     put ─► queue ─leave─► in flight ─┬─ taken ────────────────────────► gone
 *              ▲                       ├─ the server will never take it ► dropped
 *              └────── wait ◄──────────┴─ anything else: again, the same batch under the same id
 *
 * A batch that leaves again too late might be counted twice, so it is dropped. In its place goes one that counts nothing,
 * and those behind it wait: an outage of whatever length costs one batch.
 */
import { EVENT_RETRY_MS } from "@bannerol/protocol";
import { backoffMs, refusedMs } from "../connection/backoff.ts";
import { isRefusal, LONGEST_SERVER_WAIT_MS } from "../connection/failure.ts";
import type { Env } from "../connection/state.ts";
import type { Ending } from "../ports.ts";
import type { ClientProblem } from "../status.ts";
import type { Batch, Batches } from "./batches.ts";

export interface Outbox {
  readonly queue: readonly Batch[];
  /** Whether the first of the queue is at the server just now. */
  readonly inFlight: boolean;
  /** When the first of the queue left for the first time. */
  readonly firstSentAt: number | undefined;
  readonly failures: number;
  /** No request leaves before this. */
  readonly notBefore: number;
  /** Evaluations that the server will not hear of. */
  readonly dropped: number;
  /** The server takes no batch, and that was reported. */
  readonly told: boolean;
}

export const emptyOutbox: Outbox = {
  queue: [],
  inFlight: false,
  firstSentAt: undefined,
  failures: 0,
  notBefore: Number.NEGATIVE_INFINITY,
  dropped: 0,
  told: false,
};

export function put(box: Outbox, { batches, dropped }: Batches): Outbox {
  return { ...box, queue: [...box.queue, ...batches], dropped: box.dropped + dropped };
}

/** When the first of the queue may leave; `undefined` where there is none, or it has left. */
export function leavesAt({ queue, inFlight, notBefore }: Outbox): number | undefined {
  return queue.length === 0 || inFlight ? undefined : notBefore;
}

/** The first of the queue leaves now, or `probe` in its place where it is too late for it. */
export function leave(box: Outbox, now: number, probe: () => Batch): Outbox {
  const { firstSentAt = now } = box;
  if (now - firstSentAt <= EVENT_RETRY_MS) return { ...box, inFlight: true, firstSentAt };
  const [late, ...rest] = box.queue;
  const dropped = box.dropped + (late?.evaluations ?? 0);
  return { ...box, queue: [probe(), ...rest], inFlight: true, firstSentAt: now, dropped };
}

interface Settled {
  readonly box: Outbox;
  readonly problem?: ClientProblem;
}

/** The batch that was in flight has an answer: `undefined` where it was taken, else why not. */
export function settle(box: Outbox, ending: Ending | undefined, env: Env): Settled {
  if (ending === undefined) return { box: { ...done(box), told: false } };
  if (isFinal(ending)) return refuse(box, ending);
  const wait = isRefusal(ending) ? refusedMs(env.random()) : backoffMs(box.failures, env.random());
  const asked = Math.min(ending.retryAfterMs ?? 0, LONGEST_SERVER_WAIT_MS);
  const notBefore = env.now + Math.max(wait, asked);
  return { box: { ...box, inFlight: false, failures: box.failures + 1, notBefore } };
}

function done(box: Outbox): Outbox {
  return { ...box, queue: box.queue.slice(1), inFlight: false, firstSentAt: undefined, failures: 0 };
}

/** The same bytes would be refused again. */
function isFinal({ status }: Ending): boolean {
  return status === 400 || status === 413 || status === 422;
}

function refuse(box: Outbox, { reason }: Ending): Settled {
  const evaluations = box.queue[0]?.evaluations ?? 0;
  const next = { ...done(box), dropped: box.dropped + evaluations, told: true };
  if (box.told) return { box: next };
  const message = `The server refused counts of ${evaluations} evaluations: ${reason} They are dropped; evaluation is not affected. Use a version of the SDK that fits the server, or switch counts off with events: false.`;
  return { box: next, problem: { code: "events_refused", message } };
}
