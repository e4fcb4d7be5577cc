import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReleaseDocument, type ReleaseState, releaseStates } from "../../state/release-document.ts";
import { type ReleaseEvent, type ReleaseEventType, type Stepped, step } from "./step.ts";

const NOW = 1_000_000;

const base: ReleaseDocument = {
  id: "abcdefgh",
  state: "running",
  serves: { on: 1 },
  steps: [
    { percentage: 1, holdMs: 60_000 },
    { percentage: 50, holdMs: 60_000 },
    { percentage: 100, holdMs: 0 },
  ],
  guards: [],
  onBreach: "rollback",
  onInconclusive: "pause",
  step: 0,
  since: 1,
  heldMs: 0,
  approved: 0,
  before: { enabled: true, fallthrough: { variant: "off" } },
};

const events: { readonly [T in ReleaseEventType]: Extract<ReleaseEvent, { readonly type: T }> } = {
  begin: { type: "begin" },
  judged: { type: "judged", verdict: "pass", held: true, says: "all is well" },
  pause: { type: "pause", by: "ada", heldMs: 5_000 },
  resume: { type: "resume" },
  approve: { type: "approve" },
  advance: { type: "advance" },
  abort: { type: "abort", reason: "no more" },
  rollback: { type: "rollback", reason: "bad" },
};
const names = Object.keys(events) as ReleaseEventType[];

/** In one word: the state it goes to (with its step), `stays`, or `refused`. */
function outcome(stepped: Stepped): string {
  if (!stepped.ok) return "refused";
  if (stepped.action === undefined) return "stays";
  const { state, step: at } = stepped.release;
  const effect =
    stepped.effect === undefined
      ? ""
      : stepped.effect.type === "serve"
        ? ` ${stepped.effect.percentage} %`
        : " restored";
  return state === "running" ? `running ${at}${effect}` : `${state}${effect}`;
}

const refusedAll = "refused refused refused refused refused refused".split(" ");
describe("a release", () => {
  it.each<[ReleaseState, ...string[]]>([
    //            begin            judged: pass       pause      resume       approve    advance            abort      rollback
    ["scheduled", "running 0 1 %", "stays", "refused", "refused", "refused", "refused", "aborted", "refused"],
    [
      "running",
      "stays",
      "running 1 50 %",
      "paused",
      "refused",
      "refused",
      "running 1 50 %",
      "aborted",
      "rolledBack restored",
    ],
    ["paused", "stays", "stays", "refused", "running 0", "refused", "running 1 50 %", "aborted", "rolledBack restored"],
    ["completed", "stays", "stays", ...refusedAll],
    ["rolledBack", "stays", "stays", ...refusedAll],
    ["aborted", "stays", "stays", ...refusedAll],
  ])("that is %s answers every event", (state, ...expected) => {
    const order: readonly ReleaseEventType[] = [
      "begin",
      "judged",
      "pause",
      "resume",
      "approve",
      "advance",
      "abort",
      "rollback",
    ];
    expect(order.map((type) => outcome(step({ ...base, state }, events[type], NOW)))).toEqual(expected);
  });

  type Judged = Extract<ReleaseEvent, { readonly type: "judged" }>;
  it.each<[Judged["verdict"], boolean, Partial<ReleaseDocument>, string]>([
    ["pass", false, {}, "stays"],
    ["wait", true, {}, "stays"],
    ["noData", true, {}, "stays"],
    ["pass", true, { step: 2 }, "completed"],
    [
      "pass",
      true,
      { steps: [base.steps[0] ?? { percentage: 0, holdMs: 0 }, { percentage: 9, holdMs: 0, approval: true }] },
      "stays",
    ],
    [
      "pass",
      true,
      {
        approved: 1,
        steps: [base.steps[0] ?? { percentage: 0, holdMs: 0 }, { percentage: 9, holdMs: 0, approval: true }],
      },
      "running 1 9 %",
    ],
    ["fail", false, {}, "rolledBack restored"],
    ["fail", true, { onBreach: "pause" }, "paused"],
    ["fail", true, { state: "paused" }, "rolledBack restored"],
    ["fail", true, { state: "paused", onBreach: "pause" }, "stays"],
    ["inconclusive", true, {}, "paused"],
    ["inconclusive", true, { onInconclusive: "rollback" }, "rolledBack restored"],
    ["inconclusive", true, { onInconclusive: "advance" }, "running 1 50 %"],
    ["inconclusive", true, { state: "paused", onInconclusive: "advance" }, "stays"],
  ])("judged %s, held: %s, of %j: %s", (verdict, held, change, expected) => {
    expect(outcome(step({ ...base, ...change }, { ...events.judged, verdict, held }, NOW))).toBe(expected);
  });

  it("goes on after a pause with what it had been held before it", () => {
    const paused = step(base, { ...events.pause, reason: "lunch" }, NOW);
    expect(paused).toMatchObject({ release: { state: "paused", pausedBy: "ada", reason: "lunch", heldMs: 5_000 } });
    const resumed = paused.ok ? step(paused.release, events.resume, NOW + 9) : paused;
    expect(resumed).toMatchObject({ release: { state: "running", since: NOW + 9, heldMs: 5_000, step: 0 } });
    for (const gone of ["pausedBy", "reason"]) expect(resumed.ok && resumed.release).not.toHaveProperty(gone);
  });

  it("takes an approval once, for the next step alone", () => {
    const steps = [0, 1, 2].map((at) => ({ percentage: at * 10, holdMs: 1, approval: true }));
    const approved = step({ ...base, steps }, events.approve, NOW);
    expect(approved).toMatchObject({ ok: true, action: "release.approve", release: { approved: 1, step: 0 } });
    if (!approved.ok) return;
    expect(outcome(step(approved.release, events.approve, NOW))).toBe("refused");
    const next = step(approved.release, events.judged, NOW);
    if (!next.ok) throw new Error(next.reason);
    expect(outcome(next)).toBe("running 1 10 %");
    expect(outcome(step(next.release, events.judged, NOW))).toBe("stays");
  });

  it("laws: one step at a time, never back; ends are for good; whatever holds a share has begun", () => {
    const event = fc.constantFrom(...names).chain((type): fc.Arbitrary<ReleaseEvent> => {
      if (type !== "judged") return fc.constant(events[type]);
      const verdict = fc.constantFrom<Judged["verdict"]>("pass", "fail", "wait", "noData", "inconclusive");
      return fc.record({ type: fc.constant("judged" as const), verdict, held: fc.boolean(), says: fc.constant("") });
    });
    const run = fc.record({
      onBreach: fc.constantFrom("rollback" as const, "pause" as const),
      events: fc.array(event),
    });
    fc.assert(
      fc.property(run, ({ onBreach, events: happened }) => {
        let release: ReleaseDocument = { ...base, state: "scheduled", onBreach };
        for (const one of happened) {
          const stepped = step(release, one, NOW);
          if (!stepped.ok) continue;
          const next = stepped.release;
          expect(next.step === release.step || next.step === release.step + 1).toBe(true);
          if (["completed", "rolledBack", "aborted"].includes(release.state)) expect(stepped.action).toBeUndefined();
          if (next.step > release.step) expect(next.heldMs).toBe(0);
          // Only a judgement that was held, or a person, moves it on.
          if (next.step > release.step && one.type === "judged") expect(one.held).toBe(true);
          expect(releaseStates).toContain(next.state);
          release = next;
        }
      }),
    );
  });
});
