/** For tests: the state machine, fed by hand, with a clock that the test sets. */
import type { ConnectionEvent, ConnectionState, Effect, Fetched } from "../connection/state.ts";
import { initialState } from "../connection/state.ts";
import { nextAlarm, step } from "../connection/step.ts";
import { rulesetAt, snapshotOf } from "./model-server.ts";

export const E = "epoch-1";
export const r1 = rulesetAt(E, 1);
export const r2 = rulesetAt(E, 2);
export const r3 = rulesetAt(E, 3);
export const other = rulesetAt("epoch-2", 1);

export function machine(random = 0) {
  let state: ConnectionState = initialState;
  let now = 0;
  const feed = (event: ConnectionEvent): readonly Effect[] => {
    const next = step(state, event, { now, random: () => random });
    state = next.state;
    return next.effects;
  };
  const say = (message: unknown) =>
    feed({ type: "message", text: typeof message === "string" ? message : JSON.stringify(message) });
  return {
    feed,
    say,
    state: () => state,
    now: () => now,
    alarm: () => nextAlarm(state),
    wait(ms: number) {
      now += ms;
      return feed({ type: "timer" });
    },
    fetched: (fetched: Fetched) => feed({ type: "fetched", fetched }),
    to(phase: "greeting" | "live" | "fetching", ruleset = r1) {
      feed({ type: "start", ruleset: phase === "greeting" ? ruleset : undefined });
      feed({ type: "opened" });
      if (phase !== "greeting") say(snapshotOf(ruleset));
      if (phase === "fetching") say({ type: "fetch", revision: 2, afterMs: 0 });
    },
    revision: () => state.memory.ruleset?.revision,
  };
}

export const kinds = (effects: readonly Effect[]) => effects.map(({ type }) => type);
