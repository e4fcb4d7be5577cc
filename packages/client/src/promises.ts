/** Promises that an application's functions answer with. */

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
  } catch {
    return false;
  }
}

/** How a promise may end. */
interface Ends {
  readonly kept: (value: unknown) => void;
  readonly broken: (error: unknown) => void;
}

/** The promise stays the caller's, the very one. */
export function watchPromise(promise: PromiseLike<unknown>, ends: Ends): void {
  try {
    if (Object.prototype.toString.call(promise) === "[object Promise]") void promise.then(ends.kept, ends.broken);
    else overhear(promise, ends);
  } catch {
    // What cannot be watched is the caller's all the same.
  }
}

/**
 * What is like a promise may begin its work at each `then`, as builders of database queries do: so the caller's own is
 * waited for, and heard.
 */
function overhear(promise: PromiseLike<unknown>, { kept, broken }: Ends): void {
  const { then } = promise;
  let heard = false;
  const value = (...ends: Parameters<typeof then>): unknown => {
    if (heard) return then.apply(promise, ends);
    heard = true;
    const begun = new Promise((resolve, reject) => then.call(promise, resolve, reject));
    void begun.then(kept, broken);
    return begun.then(...ends);
  };
  // biome-ignore lint/suspicious/noThenProperty: it has one already.
  void Object.defineProperty(promise, "then", { value, configurable: true, writable: true });
}
