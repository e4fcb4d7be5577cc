import type { Connection } from "./connection.ts";
import type { DeltaWindow } from "./delta-window.ts";
import type { Grant, HubObserver } from "./ports.ts";

/** What a connection asks of the hub that holds it. */
export interface ConnectionHost {
  readonly observer?: HubObserver | undefined;
  monotonic(): number;
  /** Enters the connection into its view; from now on it is pushed to. */
  join(connection: Connection, grant: Grant): DeltaWindow;
  leave(connection: Connection): void;
  /** How long a client that is told to fetch should wait at most, so that a herd is spread. */
  fetchSpreadMs(): number;
}

/** Who is at the other end, for the inventory. */
export interface Peer {
  readonly instance: string;
  readonly name: string;
  readonly version: string;
}
