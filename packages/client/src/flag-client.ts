/** A client of a server: the connection feeds it, and what it brought is kept for the next process. */
import type { ConnectionPorts } from "./connection/driver.ts";
import { connectionFeed } from "./connection/feed.ts";
import type { ConnectionIdentity } from "./connection/line.ts";
import { eventSender } from "./events/sender.ts";
import { createFedClient, type FedClientOptions, type FlagClient } from "./fed-client.ts";
import type { RulesetStorage } from "./ports.ts";
import { createKeeper } from "./ruleset/keeper.ts";

export interface FlagClientOptions extends Omit<FedClientOptions, "source" | "keeper" | "openEvents"> {
  readonly ports: FedClientOptions["ports"] & ConnectionPorts & OwnPorts;
  readonly identity: ConnectionIdentity;
  /** Names the server and the key in what is stored, without telling either. */
  readonly binding: string;
  /** A ruleset by HTTP that is longer is given up. Default: 256 MiB. */
  readonly maxRulesetBytes?: number;
}

interface OwnPorts {
  readonly storage?: RulesetStorage;
  /** Names what the server is told of counts: another one at each call, that nobody else has. Without it, it is not told. */
  readonly newId?: () => string;
}

export function createFlagClient(options: FlagClientOptions): FlagClient {
  const { ports, binding, identity, maxRulesetBytes } = options;
  const { storage, newId } = ports;
  const keeper = storage && createKeeper({ ...ports, storage, binding });
  const feed = connectionFeed(ports, identity, maxRulesetBytes);
  const { instance, sdk } = identity;
  const openEvents = newId && eventSender(ports, { instance, sdk, newId });
  return createFedClient(feed, { ...options, source: "server", keeper, openEvents });
}
