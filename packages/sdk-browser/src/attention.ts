/** Whether anybody looks at the page, and whether it has a network. */
import { browserTimers as timers } from "./net/browser-ports.ts";

export interface Attention {
  /** Nobody has looked for so long, or the page is put aside: what costs is to end. */
  readonly paused: () => void;
  /** Somebody looks again, or the network is back: what waits need wait no longer. */
  readonly resumed: () => void;
  /** The page may be gone in a moment. */
  readonly leaving: () => void;
}

/** Without a document, as in a worker, only the network is watched. The answer ends it. */
export function watchAttention({ paused, resumed, leaving }: Attention, pauseAfterMs: number): () => void {
  const { document, addEventListener } = globalThis;
  let cancel: (() => void) | undefined;
  const stop = new AbortController();
  const on = (target: Pick<EventTarget, "addEventListener">, type: string, fn: () => void) =>
    target.addEventListener(type, fn, { signal: stop.signal });
  const isHidden = (): boolean => document?.visibilityState === "hidden";
  const look = (): void => {
    cancel?.();
    if (isHidden()) {
      leaving();
      cancel = timers.set(pauseAfterMs, paused);
    } else resumed();
  };
  // A page may be opened behind another, and never looked at.
  if (isHidden()) look();
  if (addEventListener !== undefined) {
    on(globalThis, "online", resumed);
    // A page with an open connection is not kept for the way back.
    on(globalThis, "pagehide", () => {
      leaving();
      paused();
    });
    on(globalThis, "pageshow", look);
  }
  if (document !== undefined) on(document, "visibilitychange", look);
  return () => {
    cancel?.();
    stop.abort();
  };
}
