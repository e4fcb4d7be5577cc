import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bring } from "./late.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("tries again, later each time, until it is there", async () => {
  const at: number[] = [];
  const began = Date.now();
  const load = async () => {
    at.push(Date.now() - began);
    if (at.length < 6) throw new TypeError("no network");
    return "file";
  };
  const [use, failed] = [vi.fn(), vi.fn()];
  bring(load, use, failed);
  await vi.advanceTimersByTimeAsync(60_000);
  const waits = at.slice(1).map((time, before) => time - (at[before] ?? 0));
  expect(waits).toHaveLength(5);
  for (const [tries, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(250 * 2 ** tries);
    expect(wait).toBeLessThanOrEqual(500 * 2 ** tries);
  }
  expect([use.mock.calls, failed.mock.calls.length]).toEqual([[["file"]], 5]);
});

it("calls nothing and asks for nothing once it was given up", async () => {
  let settle = { fulfil: (_: string) => {}, reject: (_: Error) => {} };
  const load = vi.fn(
    () =>
      new Promise<string>((fulfil, reject) => {
        settle = { fulfil, reject };
      }),
  );
  const [use, failed] = [vi.fn(), vi.fn()];
  bring(load, use, failed)();
  settle.fulfil("file");
  await vi.advanceTimersByTimeAsync(60_000);
  bring(load, use, failed)();
  settle.reject(new TypeError("no network"));
  await vi.advanceTimersByTimeAsync(60_000);
  const giveUp = bring(load, use, failed);
  settle.reject(new TypeError("no network"));
  await vi.advanceTimersByTimeAsync(1);
  giveUp();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([load.mock.calls.length, use.mock.calls.length, failed.mock.calls.length]).toEqual([3, 0, 1]);
});
