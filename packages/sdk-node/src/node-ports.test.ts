import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { nodeTimers } from "./node-ports.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([2 ** 31, 1e12, Number.POSITIVE_INFINITY])("does not call at once what is due in %d ms", (ms) => {
  const called = vi.fn();
  const cancel = nodeTimers.set(ms, called);
  vi.advanceTimersByTime(24 * 60 * 60_000);
  expect(called).not.toHaveBeenCalled();
  cancel();
  expect(vi.getTimerCount()).toBe(0);
});
