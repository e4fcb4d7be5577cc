/**
 * How a page is connected: by itself, or by the tab that leads; not at all while nobody looks for long.
 *
 *     begin ─► share ─┬─ lead, alone ─► connection by WebSocket ──► listener
 *       ▲             └─ follow ──────► connection by the leader ──► listener
 *       └── resumed ◄── paused
 */
import type { StreamTransport } from "@bannerol/client";
import {
  type ConnectionIdentity,
  createPageConnection,
  type Held,
  type PageConnection,
  type PageConnectionListener,
  type PageConnectionPorts,
} from "@bannerol/client/page";
import { watchAttention } from "./attention.ts";
import type { TabChannel } from "./tabs/channel.ts";
import type { Leader } from "./tabs/leader.ts";
import { share } from "./tabs/share.ts";

export interface LinkOptions {
  readonly ports: PageConnectionPorts;
  readonly identity: ConnectionIdentity;
  /** Under which tabs find each other; without it each has a connection of its own. */
  readonly shareAs: string | undefined;
  readonly pauseAfterMs: number;
  readonly listener: PageConnectionListener & { readonly leaving: () => void };
}

export interface Link {
  readonly standing: PageConnection["standing"];
  readonly start: (held: Held | undefined) => void;
  readonly close: () => void;
}

type Tabs = typeof import("./tabs/index.ts");

const loadTabs = (): Promise<Tabs> => import("./tabs/index.ts");

/** However often a network comes back, a server is asked at most this often for that. */
const MIN_RESUME_MS = 10_000;

export function createLink({ ports, identity, shareAs, pauseAfterMs, listener }: LinkOptions): Link {
  const { clock, timers } = ports;
  let have: Held | undefined;
  let connection: PageConnection | undefined;
  /** Loaded where it was needed. */
  let tabs: Tabs | undefined;
  /** What this tab leads or follows by. */
  let current: TabChannel | undefined;
  let leader: Leader | undefined;
  let leave: (() => void) | undefined;
  let stopListening: (() => void) | undefined;
  let stopWatching: (() => void) | undefined;
  let isFollower = false;
  let resumedAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  const standing: Link["standing"] = () =>
    connection?.standing() ?? {
      phase: closed ? "closed" : "offline",
      troubled: false,
      rejected: 0,
      transport: "websocket",
    };
  const phase = () => standing().phase;

  const tellTabs = (): void => {
    if (phase() === "live" && have !== undefined) leader?.live(have);
    else leader?.lost("The server is out of reach.");
  };

  const connect = (stream: StreamTransport): void => {
    const last = connection;
    const mine = createPageConnection({ ...ports, stream }, identity, {
      ...listener,
      settled() {
        if (mine !== connection) return;
        have = mine.held();
        tellTabs();
        listener.settled();
      },
    });
    connection = mine;
    // Out of hand by now: that it is closed is no news of the page.
    last?.close();
    mine.start(have);
  };

  const lead = (channel: TabChannel): void => {
    stopListening?.();
    isFollower = false;
    connect(ports.stream);
    const open = ({ leadTabs }: Tabs): void => {
      if (current !== channel || leader !== undefined) return;
      stopListening?.();
      leader = leadTabs(channel, timers);
      tellTabs();
    };
    current = channel;
    // Who followed until now knows that there are others; else they are heard first.
    if (tabs !== undefined) open(tabs);
    else stopListening = channel.listen(() => void loadTabs().then(open, () => undefined));
  };

  const follow = (channel: TabChannel): void => {
    isFollower = true;
    current = channel;
    const begun = (loaded: Tabs | undefined): void => {
      tabs = loaded;
      if (!isFollower || current !== channel) return;
      if (loaded === undefined) {
        connect(ports.stream);
        return;
      }
      const stream = loaded.tabTransport(channel, identity.instance);
      stopListening = channel.listen(({ type }) => {
        // Also where another way was taken meanwhile: one connection is enough for all.
        if (type === "live" && (phase() !== "live" || standing().transport !== "websocket")) connect(stream);
      });
      connect(stream);
    };
    // Where it cannot be loaded, a connection of its own is better than none.
    void loadTabs().then(begun, () => begun(undefined));
  };

  const begin = (): void => {
    if (shareAs === undefined) connect(ports.stream);
    else leave = share(shareAs, { lead, follow, alone: () => connect(ports.stream) });
  };

  const end = (): void => {
    stopListening?.();
    leader?.stop();
    leave?.();
    leader = leave = current = undefined;
    const last = connection;
    connection = undefined;
    last?.close();
    listener.settled();
  };

  const resume = (): void => {
    const now = clock.monotonic();
    if (connection === undefined && leave === undefined) begin();
    else if (isFollower || connection?.standing().phase !== "offline" || now - resumedAt < MIN_RESUME_MS) return;
    else connect(ports.stream);
    resumedAt = now;
  };

  return {
    standing,
    start(held) {
      // It may have been closed before it came to that.
      if (closed) return;
      have = held;
      const attention = { paused: end, resumed: resume, leaving: listener.leaving };
      stopWatching = watchAttention(attention, pauseAfterMs);
      begin();
    },
    close() {
      closed = true;
      stopWatching?.();
      end();
    },
  };
}
