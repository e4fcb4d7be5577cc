/**
 * Which of the tabs of one origin is connected to the server: the one that holds the lock. The browser gives it to the
 * next when its holder is closed, crashes or lets go.
 */
import type { TabChannel, TabMessage } from "./channel.ts";

export interface Roles {
  readonly lead: (channel: TabChannel) => void;
  readonly follow: (channel: TabChannel) => void;
  /** There are no others, or the browser has no way to find out. */
  readonly alone: () => void;
}

/** Takes part under `name`; exactly one of the roles is called, `lead` perhaps after `follow`. The answer takes leave. */
export function share(name: string, { lead, follow, alone }: Roles): () => void {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined || typeof BroadcastChannel === "undefined") {
    alone();
    return () => undefined;
  }
  const channel = openChannel(name);
  const leave = new AbortController();
  let letGo: () => void = () => undefined;
  const hold = (lock: Lock | null): Promise<void> | undefined => {
    if (lock === null || leave.signal.aborted) return undefined;
    lead(channel);
    return new Promise((resolve) => {
      letGo = resolve;
    });
  };
  let mayLead = false;
  const first = locks.request(name, { ifAvailable: true }, (lock) => {
    mayLead = lock !== null;
    return hold(lock);
  });
  void first
    .then(() => {
      if (mayLead || leave.signal.aborted) return undefined;
      follow(channel);
      return locks.request(name, { signal: leave.signal }, hold);
    })
    // An opaque origin has no locks; and one who takes leave waits no longer.
    .catch(() => leave.signal.aborted || alone());
  return () => {
    leave.abort();
    letGo();
    channel.close();
  };
}

function openChannel(name: string): TabChannel & { readonly close: () => void } {
  const channel = new BroadcastChannel(name);
  const hearers = new Set<(message: TabMessage) => void>();
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    for (const heard of [...hearers]) heard(data);
  };
  return {
    post: (message) => channel.postMessage(message),
    listen(heard) {
      hearers.add(heard);
      return () => hearers.delete(heard);
    },
    close: () => channel.close(),
  };
}
