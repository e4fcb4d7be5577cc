import { atOnce } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import { rulesetOf, settle } from "../testing/test-client.ts";
import { writeKept } from "./cache.ts";
import { createKeeper } from "./keeper.ts";

/** Each look at it finds two seconds later: work in slices is never done in time. */
function slowMachine() {
  let elapsed = 0;
  const waiting: { readonly at: number; readonly fn: () => void }[] = [];
  const set = (ms: number, fn: () => void) => {
    const timer = { at: elapsed + ms, fn };
    waiting.push(timer);
    return () => void (waiting.includes(timer) && waiting.splice(waiting.indexOf(timer), 1));
  };
  const passed = async (): Promise<void> => {
    for (await settle(); waiting.length > 0; await settle()) {
      const next = waiting.reduce((one, other) => (other.at < one.at ? other : one));
      waiting.splice(waiting.indexOf(next), 1);
      elapsed = Math.max(elapsed, next.at);
      next.fn();
    }
  };
  const monotonic = () => {
    elapsed += 2_000;
    return elapsed;
  };
  return { clock: { now: () => 0, monotonic }, timers: { set, hold: () => () => undefined }, passed };
}

const logger = { warn: () => undefined };

describe("what was kept", () => {
  it("is used however long it takes to read it (F3)", async () => {
    const { clock, timers, passed } = slowMachine();
    const kept = atOnce(writeKept({ ruleset: rulesetOf(3, { flag: {} }), confirmedAt: 0 }, "b"));
    const storage = { load: async () => [kept], save: async () => undefined };
    const loading = createKeeper({ storage, binding: "b", clock, timers, logger }).load();
    await passed();
    expect(await loading).toMatchObject({ ruleset: { revision: 3 } });
  });

  it("is not waited for where the storage does not answer", async () => {
    const { clock, timers, passed } = slowMachine();
    const storage = { load: () => new Promise<never>(() => undefined), save: async () => undefined };
    const loading = createKeeper({ storage, binding: "b", clock, timers, logger }).load();
    await passed();
    expect(await loading).toBeUndefined();
  });

  it("does not have to be there, nor to be kept, also where the logger throws (F48)", async () => {
    const throwing = {
      warn() {
        throw new Error("no log");
      },
    };
    const full = () => Promise.reject(new Error("no space"));
    const clock = { now: () => 0, monotonic: () => 0 };
    const timers = { set: () => () => undefined, hold: () => () => undefined };
    const parts = { binding: "b", clock, timers, logger: throwing };
    const unread = createKeeper({ ...parts, storage: { load: full, save: full } });
    expect(await unread.load()).toBeUndefined();
    const unwritten = createKeeper({ ...parts, storage: { load: async () => [], save: full } });
    unwritten.put(rulesetOf(3, { flag: {} }));
    await unwritten.close();
  });
});
