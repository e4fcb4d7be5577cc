import type { Transport } from "@bannerol/hub";
import type { ViewClass } from "../../store/port.ts";

/** An SDK that is connected now, to whichever node. */
export interface ConnectedSdk {
  /** "" where it named none. */
  readonly instance: string;
  readonly name: string;
  readonly version: string;
  readonly keyId: string;
  readonly class: ViewClass;
  readonly transport: Transport | "polling";
  /** The newest revision of its view that it has acknowledged; 0 before the first. */
  readonly acknowledged: number;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** Who is connected: answered by whoever holds the streams. */
export interface ConnectionInventory {
  /** Rejects with a `StoreFault` where other nodes could not be asked. */
  connected(project: string, environment: string): Promise<readonly ConnectedSdk[]>;
}

/**
 * One line for each SDK, however many nodes know of it: the one that holds its stream says since when, and the newest
 * acknowledgement counts, to whomever it came. Those without a name cannot be told apart, so each is its own.
 */
export function joined(sdks: readonly ConnectedSdk[]): readonly ConnectedSdk[] {
  const byName = new Map<string, ConnectedSdk>();
  const nameless: ConnectedSdk[] = [];
  for (const sdk of sdks) {
    const name = JSON.stringify([sdk.keyId, sdk.instance]);
    const known = byName.get(name);
    if (sdk.instance === "") nameless.push(sdk);
    else byName.set(name, known === undefined ? sdk : join(known, sdk));
  }
  return [...byName.values(), ...nameless];
}

function join(a: ConnectedSdk, b: ConnectedSdk): ConnectedSdk {
  const holder = a.transport === "polling" ? b : a;
  return { ...holder, acknowledged: Math.max(a.acknowledged, b.acknowledged) };
}
