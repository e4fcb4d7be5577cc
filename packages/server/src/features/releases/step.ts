/**
 * What becomes of a release when something happens to it. Pure; the table answers every event in every state, and does
 * not compile otherwise.
 *
 *     scheduled ─begin─► running ─judged: pass─► next step … last ─► completed
 *                          │ ▲ └─judged: fail, rollback─► rolledBack
 *                     pause│ │resume, advance
 *                          ▼ │
 *                        paused ─judged: fail, rollback─► rolledBack
 *     each of these three ─abort─► aborted
 */
import type { ReleaseDocument, ReleaseState } from "../../state/release-document.ts";
import type { Verdict } from "./judge/verdict.ts";

export type ReleaseEvent =
  | { readonly type: "begin" }
  /** The guards were asked; `held`: the step has been in force for its time. */
  | {
      readonly type: "judged";
      readonly verdict: Verdict["verdict"];
      readonly held: boolean;
      readonly says: string;
    }
  | { readonly type: "pause"; readonly by: string; readonly reason?: string; readonly heldMs: number }
  | { readonly type: "resume" }
  | { readonly type: "approve" }
  | { readonly type: "advance" }
  | { readonly type: "abort"; readonly reason: string }
  | { readonly type: "rollback"; readonly reason: string };
export type ReleaseEventType = ReleaseEvent["type"];

/** What is to be done to the flag in the same change. */
export type ReleaseEffect = { readonly type: "serve"; readonly percentage: number } | { readonly type: "restore" };

export type Stepped =
  | { readonly ok: true; readonly release: ReleaseDocument; readonly effect?: ReleaseEffect; readonly action: string }
  /** Nothing happens. */
  | { readonly ok: true; readonly release: ReleaseDocument; readonly action?: undefined; readonly effect?: undefined }
  /** It cannot be done in this state. */
  | { readonly ok: false; readonly reason: string };

type Event<T extends ReleaseEventType> = Extract<ReleaseEvent, { readonly type: T }>;
type Handler<T extends ReleaseEventType> = (release: ReleaseDocument, event: Event<T>, now: number) => Stepped;
type Row = { readonly [T in ReleaseEventType]: Handler<T> };

/** `now`: epoch milliseconds. */
export function step(release: ReleaseDocument, event: ReleaseEvent, now: number): Stepped {
  return handlerFor(release.state, event.type)(release, event, now);
}

/** The row's handler takes the events of its own name alone; which one it is, the compiler cannot follow. */
function handlerFor(state: ReleaseState, type: ReleaseEventType) {
  return table[state][type] as (release: ReleaseDocument, event: ReleaseEvent, now: number) => Stepped;
}

const stay = (release: ReleaseDocument): Stepped => ({ ok: true, release });
const refuse = (reason: string) => (): Stepped => ({ ok: false, reason });

const begin: Handler<"begin"> = (release, _, now) => {
  const { startsAt: _over, ...rest } = release;
  return serving({ ...rest, state: "running" }, 0, now, "release.start");
};

function serving(release: ReleaseDocument, at: number, now: number, action: string): Stepped {
  const { pausedBy: _by, reason: _why, ...rest } = release;
  const next: ReleaseDocument = { ...rest, state: "running", step: at, since: now, heldMs: 0 };
  return { ok: true, release: next, action, effect: { type: "serve", percentage: release.steps[at]?.percentage ?? 0 } };
}

/** On to the next step; past the last one it is completed. */
function onward(release: ReleaseDocument, now: number, action: string): Stepped {
  if (release.step + 1 < release.steps.length) return serving(release, release.step + 1, now, action);
  return ended(release, "completed", undefined, "release.complete");
}

function ended(release: ReleaseDocument, state: ReleaseState, reason: string | undefined, action: string): Stepped {
  const { pausedBy: _by, reason: _why, startsAt: _when, ...rest } = release;
  return { ok: true, release: { ...rest, state, ...(reason === undefined ? {} : { reason }) }, action };
}

/** Whether the next step wants an approval that nobody has given. */
export function wantsApproval({ steps, step: at, approved }: ReleaseDocument): boolean {
  return steps[at + 1]?.approval === true && approved <= at;
}

const rolledBack = (release: ReleaseDocument, reason: string): Stepped => {
  const end = ended(release, "rolledBack", reason, "release.rollback");
  return end.ok && end.action !== undefined ? { ...end, effect: { type: "restore" } } : end;
};

function pausedBy(release: ReleaseDocument, by: string, reason: string | undefined, heldMs: number): Stepped {
  const { reason: _before, ...rest } = release;
  const why = reason === undefined ? {} : { reason };
  return { ok: true, release: { ...rest, state: "paused", pausedBy: by, heldMs, ...why }, action: "release.pause" };
}

/** Who pauses where no person does. */
export const GUARDS = "guards";

const judgedRunning: Handler<"judged"> = (release, { verdict, held, says }, now) => {
  const hold = release.steps[release.step]?.holdMs ?? 0;
  switch (verdict) {
    case "fail":
      return release.onBreach === "rollback" ? rolledBack(release, says) : pausedBy(release, GUARDS, says, hold);
    case "inconclusive":
      if (release.onInconclusive === "pause") return pausedBy(release, GUARDS, says, hold);
      return release.onInconclusive === "rollback" ? rolledBack(release, says) : passed(release, held, now);
    case "pass":
      return passed(release, held, now);
    case "wait":
    case "noData":
      return { ok: true, release };
  }
};

function passed(release: ReleaseDocument, held: boolean, now: number): Stepped {
  return held && !wantsApproval(release) ? onward(release, now, "release.step") : { ok: true, release };
}

/** Its share is out all the same: who pauses a release does not want to keep what breaks. */
const judgedPaused: Handler<"judged"> = (release, { verdict, says }) =>
  verdict === "fail" && release.onBreach === "rollback" ? rolledBack(release, says) : { ok: true, release };

const pause: Handler<"pause"> = (release, { by, reason, heldMs }) => pausedBy(release, by, reason, heldMs);

const resume: Handler<"resume"> = (release, _, now) => {
  const { pausedBy: _by, reason: _why, ...rest } = release;
  return { ok: true, release: { ...rest, state: "running", since: now }, action: "release.resume" };
};

const approve: Handler<"approve"> = (release) =>
  wantsApproval(release)
    ? { ok: true, release: { ...release, approved: release.step + 1 }, action: "release.approve" }
    : { ok: false, reason: "its next step wants no approval, or has it" };

/** By hand, whatever the guards have not shown yet; it is an approval too. */
const advance: Handler<"advance"> = (release, _, now) =>
  onward({ ...release, approved: Math.max(release.approved, release.step + 1) }, now, "release.advance");

const abort: Handler<"abort"> = (release, { reason }) => ended(release, "aborted", reason, "release.abort");
const rollback: Handler<"rollback"> = (release, { reason }) => rolledBack(release, reason);

const over = (state: string): Row => {
  const reason = `it is ${state}. Change the rollout itself, or start another release`;
  const refused = refuse(reason);
  return {
    begin: stay,
    judged: stay,
    pause: refused,
    resume: refused,
    approve: refused,
    advance: refused,
    abort: refused,
    rollback: refused,
  };
};

const notBegun = refuse("it has not begun");
const table: { readonly [S in ReleaseState]: Row } = {
  scheduled: {
    begin,
    judged: stay,
    pause: notBegun,
    resume: notBegun,
    approve: notBegun,
    advance: notBegun,
    abort,
    rollback: notBegun,
  },
  running: {
    begin: stay,
    judged: judgedRunning,
    pause,
    resume: refuse("it is not paused"),
    approve,
    advance,
    abort,
    rollback,
  },
  paused: {
    begin: stay,
    judged: judgedPaused,
    pause: refuse("it is paused already"),
    resume,
    approve,
    advance,
    abort,
    rollback,
  },
  completed: over("completed"),
  rolledBack: over("rolled back"),
  aborted: over("aborted"),
};
