import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { SWEEP_EVERY_MS } from "./features/flags/leave/sweep.ts";
import { startServer } from "./main.ts";
import { ANSWER_KEPT_MS } from "./store/idempotency-store.ts";
import { until } from "./store/postgres/testing/until.ts";
import { temporaryFiles } from "./store/sqlite/temporary-folder.ts";
import { overwrite } from "./store/sqlite/testing/overwrite.ts";
import { lookForDamage, startNotingUses, startSweeping } from "./upkeep.ts";

const freshFile = temporaryFiles();
const NOW = Date.parse("2026-01-31T12:00:00Z");

it("F52: a server on a damaged file serves, is degraded, refuses changes and says what to do", async () => {
  const file = freshFile();
  const lines: string[] = [];
  const start = () =>
    startServer(readConfig({ PORT: "0", DATABASE_URL: `sqlite:${file}`, BANNEROL_DRAIN_SECONDS: "0" }), {
      log: (line) => void lines.push(line),
    });
  const first = await start();
  const { adminToken = "", keys = {} } = first;
  await first.close();
  overwrite(file, "changes_at");

  const server = await start();
  const ask = (path: string, token: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
  await until(async () => JSON.stringify(await (await ask("/readyz", "")).json()).includes("degraded"));
  expect((await ask("/readyz", "")).status).toBe(200);
  expect((await ask("/sdk/v1/ruleset", keys.production ?? "")).status).toBe(200);
  const refused = await ask("/api/v1/projects/default/flags", adminToken, { method: "POST", body: '{"key":"a"}' });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({
    code: "storage_damaged",
    detail: expect.stringContaining("bannerol server restore"),
  });
  await server.close();
  const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "error" || level >= 50);
  expect(JSON.stringify(errors)).toContain("bannerol server restore FILE");
});

describe("upkeep", () => {
  it("says where the database could not be looked through, and goes on", async () => {
    const told: unknown[] = [];
    const log = { error: (...line: unknown[]) => void told.push(line) };
    const failed = new Error("no thread");
    await lookForDamage({
      ledger: { inspect: () => Promise.reject(failed) },
      state: { damaged: () => undefined },
      log,
    });
    expect(told).toEqual([[{ err: failed }, expect.stringContaining("could not")]]);
  });

  it("sweeps each hour, one sweep at a time, and tries again after one that failed", async () => {
    const timers: { readonly ms: number; readonly fn: () => void }[] = [];
    const told: unknown[] = [];
    const forgotten: number[] = [];
    let looks = 0;
    let stopped = false;
    const ledger = {
      projects() {
        looks += 1;
        if (looks === 1) throw new Error("away");
        return [];
      },
    };
    const stop = startSweeping({
      ledger: ledger as never,
      usage: { asked: async () => [] },
      approvals: { sweep: async () => undefined },
      idempotency: { sweep: async (before) => void forgotten.push(before) },
      now: () => NOW,
      log: { warn: (...line: unknown[]) => void told.push(line) },
      every(ms, fn) {
        timers.push({ ms, fn });
        return () => {
          stopped = true;
        };
      },
    });
    expect(timers.map(({ ms }) => ms)).toEqual([SWEEP_EVERY_MS]);
    for (const { fn } of timers) {
      fn();
      fn();
    }
    await stop();
    expect([looks, told.length, stopped]).toEqual([2, 1, true]);
    expect(forgotten).toEqual([NOW - ANSWER_KEPT_MS, NOW - ANSWER_KEPT_MS]);
  });

  it("notes each minute which keys were used, those of open streams too, and once more at the end", async () => {
    const told: unknown[] = [];
    const writes: string[][] = [];
    let used: string[] = [];
    let isAway = true;
    let tick = () => {};
    const stop = startNotingUses({
      lastUses: {
        used: (id) => void used.push(id),
        async write() {
          writes.push(used);
          used = [];
          if (isAway) throw new Error("away");
        },
      },
      connected: () => ["streaming"],
      log: { warn: (...line: unknown[]) => void told.push(line) },
      every(_, fn) {
        tick = fn;
        return () => {
          tick = () => {};
        };
      },
    });
    used.push("polling");
    tick();
    await until(async () => told.length === 1);
    isAway = false;
    await stop();
    tick();
    expect(writes).toEqual([["polling", "streaming"], ["streaming"]]);
    expect(told).toHaveLength(1);
  });
});
