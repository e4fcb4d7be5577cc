/** Whether anybody looks at the page, and whether it has a network. */

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
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stops: (() => void)[] = [];
  const on = (target: Pick<EventTarget, "addEventListener" | "removeEventListener">, type: string, fn: () => void) => {
    target.addEventListener(type, fn);
    stops.push(() => target.removeEventListener(type, fn));
  };
  const look = (): void => {
    clearTimeout(timer);
    if (document?.visibilityState === "hidden") {
      leaving();
      timer = setTimeout(paused, pauseAfterMs);
    } else resumed();
  };
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
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
