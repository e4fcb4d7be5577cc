/** The connection to a server, as a client sees it. */
import { MAX_RULESET_BYTES } from "@bannerol/protocol";
import type { FeedListener, FeedStanding, OpenFeed } from "../feed.ts";
import { listedFeed } from "../lists/listed-feed.ts";
import { type ConnectionPorts, createConnection } from "./driver.ts";
import type { ConnectionIdentity } from "./line.ts";
import type { ConnectionProblem, ConnectionState } from "./state.ts";

/** `limitBytes`: a longer ruleset by HTTP is given up. */
export function connectionFeed(
  ports: ConnectionPorts,
  identity: ConnectionIdentity,
  limitBytes: number | undefined,
): OpenFeed {
  const open = (listener: FeedListener, isServed: () => boolean) => {
    let problem: ConnectionProblem | undefined;
    const report = (reported: ConnectionProblem): void => {
      problem = reported;
      listener.report(reported);
    };
    const settled = (state: ConnectionState): void => {
      if (phaseOf(state) === "live") problem = undefined;
      listener.settled();
    };
    const { install, confirm } = listener;
    const told = { install, confirm, report, settled, isServed };
    const connection = createConnection(ports, identity, told, limitBytes);
    return {
      standing: () => standingOf(connection.state(), problem),
      start: connection.start,
      served: connection.served,
      want: connection.want,
      close: connection.close,
    };
  };
  return listedFeed(open, { ports, limitBytes: limitBytes ?? MAX_RULESET_BYTES });
}

export function standingOf(state: ConnectionState, problem: ConnectionProblem | undefined): FeedStanding {
  const { troubled, rejected, way, upTo } = state.memory;
  return { phase: phaseOf(state), troubled, rejected, problem, transport: way.transport, upTo };
}

function phaseOf(state: ConnectionState): FeedStanding["phase"] {
  if (state.phase === "closed") return "closed";
  if (state.phase === "polling") return state.memory.troubled ? "offline" : "live";
  if ("link" in state && state.link.confirmed) return "live";
  return state.memory.troubled || state.phase === "waiting" ? "offline" : "connecting";
}
