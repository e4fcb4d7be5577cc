/** What a connection needs besides its WebSocket. In a chunk of its own: most pages never do. */
import type { PageConnectionPorts } from "@bannerol/client/page";
import { openOtherWays } from "@bannerol/client/page-other-ways";
import { httpTransport } from "./net/http.ts";
import type { Server } from "./options.ts";

export const otherWaysTo =
  (server: Server): Parameters<Parameters<PageConnectionPorts["otherWays"]>[0]>[0] =>
  (core) =>
    openOtherWays(core, httpTransport(server));
