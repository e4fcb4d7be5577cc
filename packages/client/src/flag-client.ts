/** A client of a server: the connection feeds it, and what it brought is kept for the next process. */
import type { ConnectionIdentity, ConnectionPorts } from "./connection/driver.ts";
import { connectionFeed } from "./connection/feed.ts";
import { createFedClient, type FedClientOptions, type FlagClient } from "./fed-client.ts";
import type { RulesetStorage } from "./ports.ts";
import { createKeeper } from "./ruleset/keeper.ts";

export interface FlagClientOptions extends Omit<FedClientOptions, "source" | "keeper"> {
  readonly ports: FedClientOptions["ports"] & ConnectionPorts & { readonly storage?: RulesetStorage };
  readonly identity: ConnectionIdentity;
  /** Names the server and the key in what is stored, without telling either. */
  readonly binding: string;
  /** A ruleset by HTTP that is longer is given up. Default: 256 MiB. */
  readonly maxRulesetBytes?: number;
}

export function createFlagClient(options: FlagClientOptions): FlagClient {
  const { ports, binding, identity, maxRulesetBytes } = options;
  const { storage } = ports;
  const keeper = storage && createKeeper({ ...ports, storage, binding });
  const feed = connectionFeed(ports, identity, maxRulesetBytes);
  return createFedClient(feed, { ...options, source: "server", keeper });
}
