import type { Timers } from "./ports.ts";

/** What `promise` gives, or undefined where that takes longer. The promise never rejects. */
export function within<T>(ms: number, timers: Pick<Timers, "set">, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const cancel = timers.set(ms, () => resolve(undefined));
    void promise.then((value) => {
      cancel();
      resolve(value);
    });
  });
}
