import { beforeEach, describe, expect, it } from "vitest";
import { StoreFault } from "../store/fault.ts";
import { MemoryEvidence } from "../store/memory/memory-evidence.ts";
import { MemoryUsage } from "../store/memory/memory-usage.ts";
import type { UsageBatch, UsageStore } from "../store/usage-store.ts";
import { Usage } from "./usage.ts";

const batch = (id: string, rows = 1): UsageBatch => ({
  keyId: "k",
  id,
  project: "default",
  environment: "production",
  at: 1_000,
  counts: Array.from({ length: rows }, (_, n) => ({ flag: `f${n}`, variant: "on", reason: "SPLIT", count: 1 })),
  missing: [],
  sums: [],
});

describe("usage", () => {
  let store: MemoryUsage;
  let calls: (readonly string[])[];
  let timers: (() => void)[];
  let aging: (() => void)[];
  let failures: unknown[];
  let usage: Usage;

  beforeEach(() => {
    store = new MemoryUsage(new MemoryEvidence());
    calls = [];
    timers = [];
    aging = [];
    failures = [];
    const add: UsageStore["add"] = (batches) => {
      calls.push(batches.map(({ id }) => id));
      return store.add(batches);
    };
    const watched = Object.assign(Object.create(store) as UsageStore, {
      add,
      age: (now: number) => store.age(now),
      asked: (project: string) => store.asked(project),
    });
    usage = new Usage({
      store: watched,
      now: () => 1_000,
      after(_, fn) {
        timers.push(fn);
        return () => {
          timers = timers.filter((other) => other !== fn);
        };
      },
      every(_, fn) {
        aging.push(fn);
        return () => {
          aging = [];
        };
      },
      failed: (error) => failures.push(error),
    });
  });

  it("writes together what came together, and answers each", async () => {
    const answers = [usage.take(batch("1")), usage.take(batch("2")), usage.take(batch("1"))];
    expect([calls, timers.length]).toEqual([[], 1]);
    await usage.flush();
    expect(await Promise.all(answers)).toEqual([true, true, false]);
    expect([calls, timers]).toEqual([[["1", "2", "1"]], []]);
    const later = usage.take(batch("3"));
    expect(timers).toHaveLength(1);
    await usage.flush();
    expect(await later).toBe(true);
  });

  it("tells everybody who waits where the database failed, and takes the same batches again (P10)", async () => {
    const { add } = usage.store;
    const fault = new StoreFault("unavailable", "away");
    usage.store.add = () => Promise.reject(fault);
    const answers = Promise.allSettled([usage.take(batch("1")), usage.take(batch("2"))]);
    await usage.flush();
    expect(await answers).toEqual([
      { status: "rejected", reason: fault },
      { status: "rejected", reason: fault },
    ]);
    usage.store.add = add;
    const again = usage.take(batch("1"));
    await usage.flush();
    expect(await again).toBe(true);
  });

  it("I9: has room for so many rows and no more, until they are written", async () => {
    const answers: Promise<boolean>[] = [];
    for (let n = 0; usage.hasRoom; n += 1) answers.push(usage.take(batch(`${n}`, 2_000)));
    expect(answers).toHaveLength(25);
    await usage.flush();
    expect(usage.hasRoom).toBe(true);
    expect((await Promise.all(answers)).every(Boolean)).toBe(true);
  });

  it("writes what waits before it closes, and does not fail where aging does", async () => {
    const answer = usage.take(batch("1"));
    await usage.close();
    expect(await answer).toBe(true);
    expect(aging).toEqual([]);
    usage.store.age = () => Promise.reject(new Error("away"));
    await usage.age();
    expect(failures).toEqual([new Error("away")]);
  });
});
