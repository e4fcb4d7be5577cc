/**
 * Tells the server what was counted: takes it in rounds, sends it, keeps the one timer.
 *
 *     every 30 s (5 s while a flag watches) ± 20 %, flush(), close() ─► take ─► batches ─► outbox ─► POST, one at a time
 *
 * A round begins only where the one before is through: what is counted meanwhile waits in the counter, added up. It
 * decides nothing of its own; `outbox.ts` does.
 */
import { EVENTS_MS, WATCHED_EVENTS_MS } from "@bannerol/protocol";
import { endingOf } from "../connection/ending.ts";
import type { Clock, Ending, HttpAnswer, HttpTransport, Random, Timers } from "../ports.ts";
import type { ClientProblem } from "../status.ts";
import { reasonOf } from "../tell.ts";
import { batchesOf, type EventAuthor, probe, type TakenEvents } from "./batches.ts";
import { emptyOutbox, leave, leavesAt, put, settle } from "./outbox.ts";

export interface EventPorts {
  readonly clock: Pick<Clock, "monotonic">;
  readonly timers: Pick<Timers, "set">;
  readonly random: Random;
  readonly http: Pick<HttpTransport, "post">;
}

export interface EventListener {
  /** What was counted since the last call. */
  readonly take: () => TakenEvents;
  /** Whether a flag watches what the application tells: then a round begins every 5 s. */
  readonly watched?: () => boolean;
  readonly report: (problem: ClientProblem) => void;
}

export interface EventSender {
  /** From now on what was counted is sent every 30 s or so. */
  readonly start: () => void;
  /** What is to be watched may have changed: a round that is far off is planned anew where somebody watches. */
  readonly hurry: () => void;
  /** Sends what is there. Resolves once the server has taken it, or a try has failed. Never rejects. */
  readonly flush: () => Promise<void>;
  /** The same, and begins no round by itself any more. */
  readonly close: () => Promise<void>;
  /** Gives up what is under way, for good. */
  readonly stop: () => void;
  /** Evaluations that the server will not hear of. */
  readonly dropped: () => number;
}

export type OpenEvents = (listener: EventListener) => EventSender;

/** Intervals of many clients drift apart by up to a fifth either way. */
const JITTER = 0.2;
const ANSWER_BYTES = 64 * 1024;
const IDLE_MS = 15_000;
const TIMEOUT_MS = 30_000;

export function eventSender(ports: EventPorts, author: EventAuthor): OpenEvents {
  return (listener) => createSender(ports, author, listener);
}

function createSender(ports: EventPorts, author: EventAuthor, { take, report, watched }: EventListener): EventSender {
  const { clock, timers, random, http } = ports;
  let box = emptyOutbox;
  let roundAt: number | undefined;
  let phase: "open" | "closing" | "stopped" = "open";
  let turning = false;
  let cancelRequest: (() => void) | undefined;
  let cancelTimer: (() => void) | undefined;
  let resting: (() => void)[] = [];

  const planRound = (): void => {
    const interval = watched?.() === true ? WATCHED_EVENTS_MS : EVENTS_MS;
    roundAt = clock.monotonic() + interval * (1 - JITTER + 2 * JITTER * random());
  };

  const beginRound = (): void => {
    box = put(box, batchesOf(take(), author));
    planRound();
  };

  /** Sends what may leave. An answer that comes at once is seen to by the turn that is under way. */
  const turn = (): void => {
    if (turning) return;
    turning = true;
    while (phase !== "stopped" && (leavesAt(box) ?? Number.POSITIVE_INFINITY) <= clock.monotonic()) send();
    turning = false;
    setTimer();
    if (!box.inFlight) wake();
  };

  const send = (): void => {
    box = leave(box, clock.monotonic(), () => probe(author));
    const body = box.queue[0]?.body ?? "";
    const limits = { limitBytes: ANSWER_BYTES, idleTimeoutMs: IDLE_MS, timeoutMs: TIMEOUT_MS };
    try {
      cancelRequest = http.post({ path: "/sdk/v1/events", headers: {}, body, ...limits }, answered);
    } catch (error) {
      answered({ ok: false, reason: reasonOf(error) });
    }
  };

  const answered = (answer: HttpAnswer): void => {
    const settled = settle(box, failureOf(answer), { now: clock.monotonic(), random });
    box = settled.box;
    if (settled.problem !== undefined) report(settled.problem);
    turn();
  };

  const setTimer = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    const at = box.queue.length === 0 ? roundAt : leavesAt(box);
    if (phase !== "open" || at === undefined) return;
    cancelTimer = timers.set(Math.max(Math.ceil(at - clock.monotonic()), 1), () => {
      if (box.queue.length === 0) beginRound();
      turn();
    });
  };

  const wake = (): void => {
    const woken = resting;
    resting = [];
    for (const resolve of woken) resolve();
  };

  /** Resolves once nothing is in flight: all is sent, or what is left waits after a failure. */
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      resting.push(resolve);
      if (!box.inFlight) wake();
    });

  const flush = async (): Promise<void> => {
    await rest();
    if (phase !== "stopped" && box.queue.length === 0) {
      beginRound();
      turn();
    }
    // Another's round was begun after this call, and has it all.
    await rest();
  };

  return {
    start() {
      if (phase !== "open") return;
      planRound();
      setTimer();
    },
    hurry() {
      if (phase !== "open" || roundAt === undefined || roundAt - clock.monotonic() <= WATCHED_EVENTS_MS) return;
      if (watched?.() !== true) return;
      planRound();
      setTimer();
    },
    flush,
    close() {
      phase = "closing";
      setTimer();
      return flush();
    },
    stop() {
      phase = "stopped";
      setTimer();
      cancelRequest?.();
      box = { ...box, inFlight: false };
      wake();
    },
    dropped: () => box.dropped,
  };
}

function failureOf(answer: HttpAnswer): Ending | undefined {
  if (!answer.ok) return { reason: answer.reason };
  return answer.status === 200 && isReceipt(answer.body) ? undefined : endingOf(answer);
}

/** `{"counted": …}`. A proxy's page may come with 200 too, and counts nothing. */
function isReceipt(body: string): boolean {
  try {
    const receipt: unknown = JSON.parse(body);
    return typeof receipt === "object" && receipt !== null && "counted" in receipt;
  } catch {
    return false;
  }
}
