/** How a client may be connected: as processes are, or as pages are. Both are held to the same promises. */
import { type ConnectionPorts, createConnection } from "../../packages/client/src/connection/driver.ts";
import type { ConnectionIdentity } from "../../packages/client/src/connection/line.ts";
import type { Feed, FeedListener, FeedStanding } from "../../packages/client/src/feed.ts";
import { createPageConnection } from "../../packages/client/src/page/connection.ts";
import { type OtherWays, openOtherWays } from "../../packages/client/src/page/other-ways.ts";
import { checksumOf } from "../../packages/core/src/index.ts";

export interface Connected extends Feed {
  /** When a request for the ruleset last succeeded, and how much is kept of deltas meanwhile. */
  readonly bounds: () => { readonly fetchedAt: number; readonly pendingSize: number };
  /** For people who read a trace. */
  readonly described: () => string;
}

/** `isServed`: whether what was installed is what is evaluated by; lists may be on their way. */
type Listener = FeedListener & { readonly isServed?: () => boolean };

function ofProcess(
  ports: ConnectionPorts,
  identity: ConnectionIdentity,
  listener: Listener,
): Connected & { readonly served: () => void } {
  const connection = createConnection(ports, identity, { ...listener, settled: () => listener.settled() });
  return {
    ...connection,
    standing(): FeedStanding {
      const state = connection.state();
      const { troubled, rejected, way, upTo } = state.memory;
      const isLive = "link" in state ? state.link.confirmed : state.phase === "polling" && !troubled;
      const phase = state.phase === "closed" ? "closed" : isLive ? "live" : "offline";
      return { phase, troubled, rejected, problem: undefined, transport: way.transport, upTo };
    },
    bounds() {
      const state = connection.state();
      const pendingSize = state.phase === "fetching" ? state.fetching.pendingSize : 0;
      return { fetchedAt: state.memory.fetchedAt, pendingSize };
    },
    described: () => connection.state().phase,
  };
}

function ofPage({ http, ...ports }: ConnectionPorts, identity: ConnectionIdentity, listener: Listener): Connected {
  let ways: OtherWays | undefined;
  const connection = createPageConnection(
    {
      ...ports,
      otherWays(done) {
        done((core) => {
          ways = openOtherWays(core, http);
          return ways;
        });
        return () => undefined;
      },
    },
    identity,
    { ...listener, install: ({ ruleset }) => listener.install(ruleset) },
  );
  return {
    standing: () => ({ ...connection.standing(), problem: undefined }),
    start: (ruleset) => connection.start(ruleset && { ruleset, checksum: checksumOf(ruleset) }),
    close: connection.close,
    bounds: () => ways?.bounds() ?? { fetchedAt: Number.NEGATIVE_INFINITY, pendingSize: 0 },
    described: () => connection.standing().phase,
  };
}

export const connections = { process: ofProcess, page: ofPage };
export type Kind = keyof typeof connections;
export const kinds: readonly Kind[] = ["process", "page"];
