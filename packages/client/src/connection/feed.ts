/** The connection to a server, as a client sees it. */
import type { FeedStanding, OpenFeed } from "../feed.ts";
import { type ConnectionIdentity, type ConnectionPorts, createConnection } from "./driver.ts";
import type { ConnectionProblem, ConnectionState } from "./state.ts";

/** `limitBytes`: a longer ruleset by HTTP is given up. */
export function connectionFeed(
  ports: ConnectionPorts,
  identity: ConnectionIdentity,
  limitBytes: number | undefined,
): OpenFeed {
  return (listener) => {
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
    const connection = createConnection(ports, identity, { install, confirm, report, settled }, limitBytes);
    return {
      standing: () => standingOf(connection.state(), problem),
      start: connection.start,
      close: connection.close,
    };
  };
}

function standingOf(state: ConnectionState, problem: ConnectionProblem | undefined): FeedStanding {
  const { troubled, rejected } = state.memory;
  return { phase: phaseOf(state), troubled, rejected, problem };
}

function phaseOf(state: ConnectionState): FeedStanding["phase"] {
  if (state.phase === "closed") return "closed";
  if ("link" in state && state.link.confirmed) return "live";
  return state.memory.troubled || state.phase === "waiting" ? "offline" : "connecting";
}
