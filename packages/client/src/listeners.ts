/** Tells those who listen. One that throws, or whose promise rejects, harms nobody: not the client, not the others. */
import { tell } from "./tell.ts";

export type Listener<E> = (event: E) => void;

export interface Listeners<Events> {
  /** Calls `fn` at every such event from now on; the answer ends that. */
  readonly on: <T extends keyof Events>(type: T, fn: Listener<Events[T]>) => () => void;
  readonly emit: <T extends keyof Events>(type: T, event: Events[T]) => void;
}

/** `failed` hears of a listener that threw. */
export function createListeners<Events>(failed: (type: keyof Events, error: unknown) => void): Listeners<Events> {
  const table: { [T in keyof Events]?: Set<{ readonly fn: Listener<Events[T]> }> } = {};
  /** What a listener brings about waits until all have heard of what went before: everybody hears in order. */
  const waiting: (() => void)[] = [];
  let telling = false;

  const tellAll = <T extends keyof Events>(type: T, event: Events[T]): void => {
    const subscriptions = table[type];
    for (const subscription of [...(subscriptions ?? [])]) {
      // Another listener may have ended this one.
      if (subscriptions?.has(subscription)) tell(subscription.fn, event, (error) => failed(type, error));
    }
  };

  return {
    on(type, fn) {
      // A holder of its own for each subscription: the same function may listen twice.
      const subscription = { fn };
      const subscriptions = table[type] ?? new Set();
      table[type] = subscriptions;
      subscriptions.add(subscription);
      return () => void subscriptions.delete(subscription);
    },
    emit(type, event) {
      waiting.push(() => tellAll(type, event));
      if (telling) return;
      telling = true;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next();
      telling = false;
    },
  };
}
