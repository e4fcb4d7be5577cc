import { beforeEach, describe, expect, it } from "vitest";
import { StoreFault } from "../store/fault.ts";
import { MemoryUses } from "../store/memory/memory-uses.ts";
import type { CredentialUse } from "../store/use-store.ts";
import { LastUses } from "./last-uses.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-01-31T12:00:00Z");

describe("last uses", () => {
  let clock: number;
  let calls: (readonly CredentialUse[])[];
  let isAway: boolean;
  let uses: LastUses;
  beforeEach(() => {
    clock = NOON;
    calls = [];
    isAway = false;
    const kept = new MemoryUses();
    const store = {
      async note(batch: readonly CredentialUse[]) {
        if (isAway) throw new StoreFault("unavailable", "The database is away.");
        calls.push(batch);
        await kept.note(batch);
      },
      last: (ids: readonly string[]) => kept.last(ids),
    };
    uses = new LastUses({ store, now: () => clock });
  });

  const of = async (...ids: string[]) => Object.fromEntries(await uses.of(ids));

  it("are to the minute, and known before they are written", async () => {
    clock = NOON + 59_999;
    uses.used("a");
    expect(await of("a", "b")).toEqual({ a: NOON });
  });

  it("are written in one call for all of them, and only where there are any", async () => {
    for (let n = 0; n < 1_000; n += 1) uses.used(n % 2 === 0 ? "a" : "b");
    await uses.write();
    await uses.write();
    expect(calls).toEqual([
      [
        { id: "a", at: NOON },
        { id: "b", at: NOON },
      ],
    ]);
    expect(await of("a", "b")).toEqual({ a: NOON, b: NOON });
  });

  it("wait while the database is away, and the newer of two is kept", async () => {
    uses.used("a");
    uses.used("b");
    isAway = true;
    const failing = uses.write();
    clock += MINUTE;
    uses.used("a");
    await expect(failing).rejects.toThrow(StoreFault);
    isAway = false;
    await uses.write();
    expect(calls).toEqual([
      [
        { id: "a", at: NOON + MINUTE },
        { id: "b", at: NOON },
      ],
    ]);
  });

  it("never go back where the clock does", async () => {
    uses.used("a");
    await uses.write();
    clock -= 10 * MINUTE;
    uses.used("a");
    expect(await of("a")).toEqual({ a: NOON });
  });
});
