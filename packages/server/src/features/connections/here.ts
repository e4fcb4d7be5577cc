/** Who is connected to this node: those who stream, and those who poll. */
import type { ConnectionInfo } from "@bannerol/hub";
import type { Ledger } from "../../log/ledger.ts";
import type { ConnectedSdk } from "./inventory.ts";
import type { Presence } from "./presence.ts";

export interface HerePorts {
  readonly stream: { inventory(project: string, environment: string): readonly ConnectionInfo[] };
  readonly presence: Presence;
  readonly ledger: Pick<Ledger, "state">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Of one environment, now. */
export type Here = (project: string, environment: string) => readonly ConnectedSdk[];

export function connectedHere({ stream, presence, ledger, now }: HerePorts): Here {
  return (project, environment) => {
    const keys = ledger.state(project)?.keys;
    const at = now();
    const streaming = stream.inventory(project, environment).map(({ viewId: _, ageMs, ...sdk }) => ({
      ...sdk,
      class: keys?.get(sdk.keyId)?.document.kind ?? "server",
      since: at - ageMs,
    }));
    return [...streaming, ...presence.in(project, environment, at)];
  };
}
