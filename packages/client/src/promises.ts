/** Promises that an application's functions answer with. */

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
  } catch {
    return false;
  }
}

/** The promise stays the caller's, the very one. */
export function watchPromise(
  promise: PromiseLike<unknown>,
  { kept, broken }: { readonly kept: (value: unknown) => void; readonly broken: (error: unknown) => void },
): void {
  try {
    void promise.then(kept, broken);
  } catch (error) {
    broken(error);
  }
}
