import type { ViewClass } from "../../store/port.ts";

/** An SDK that is connected to this node now. */
export interface ConnectedSdk {
  readonly instance: string;
  readonly name: string;
  readonly version: string;
  readonly keyId: string;
  readonly class: ViewClass;
  /** The newest revision of its view that it has acknowledged; 0 before the first. */
  readonly acknowledged: number;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** Who is connected: answered by whoever holds the streams. */
export interface ConnectionInventory {
  connected(project: string, environment: string): readonly ConnectedSdk[];
}
