/** What the features are given: the history, and the few things that a pure decision cannot make itself. */
import type { LastUses } from "../auth/last-uses.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Ledger } from "../log/ledger.ts";
import type { Metric } from "../observe/metrics.ts";
import type { ServerMetrics } from "../observe/server-metrics.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { PatternProver } from "../patterns/pattern-prover.ts";
import type { ApprovalStore } from "../store/approval-store.ts";
import type { WebhookStore } from "../store/webhook-store.ts";
import type { EventStreams } from "../stream/events.ts";
import type { Usage } from "../usage/usage.ts";
import type { ConnectionInventory } from "./connections/inventory.ts";
import type { Presence } from "./connections/presence.ts";
import type { ViewRevisions } from "./connections/view-revisions.ts";
import type { HoldClock } from "./releases/hold-clock.ts";
import type { ServiceState } from "./service/service-state.ts";

/** The random numbers that decisions ask for. */
export interface Draw {
  /** Unsigned 32-bit, uniform. */
  readonly seed: () => number;
  readonly bytes: (count: number) => Uint8Array;
}

export interface Services {
  readonly ledger: Ledger;
  /** Changes that wait. */
  readonly approvals: ApprovalStore;
  readonly draw: Draw;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly inventory: ConnectionInventory;
  readonly presence: Presence;
  readonly events: EventStreams;
  readonly usage: Usage;
  readonly evidence: Evidence;
  readonly metrics: ServerMetrics;
  /** What `/metrics` shows. */
  readonly measured: readonly Metric[];
  readonly viewRevisions: ViewRevisions;
  readonly state: ServiceState;
  readonly patterns: PatternProver;
  readonly holds: HoldClock;
  /** The only way to send a request that a user asked for. */
  readonly outbound: Outbound;
  /** Where guards' queries go that name no server. */
  readonly prometheusUrl: string | undefined;
  readonly webhooks: WebhookStore;
  readonly lastUses: LastUses;
}

/** 8 of 32 letters and digits that nobody mistakes for one another. */
export function ruleIdFrom({ bytes }: Draw): string {
  return Array.from(bytes(8), (byte) => "abcdefghijkmnpqrstuvwxyz23456789"[byte % 32]).join("");
}
