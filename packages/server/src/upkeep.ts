/** What a server does by itself while it runs. */
import { type LastUses, NOTE_USES_EVERY_MS } from "./auth/last-uses.ts";
import { SWEEP_EVERY_MS, type SweepPorts, sweep } from "./features/flags/leave/sweep.ts";
import type { ServiceState } from "./features/service/service-state.ts";
import type { Ledger } from "./log/ledger.ts";
import type { Log } from "./observe/log.ts";
import { type ApprovalStore, CLOSED_APPROVAL_KEPT_MS } from "./store/approval-store.ts";
import { StoreFault } from "./store/fault.ts";
import { ANSWER_KEPT_MS, type IdempotencyStore } from "./store/idempotency-store.ts";

export interface InspectionPorts {
  readonly ledger: Pick<Ledger, "inspect">;
  readonly state: Pick<ServiceState, "damaged">;
  readonly log: Pick<Log, "error">;
}

/** Looks for damage of the database once, beside the server's work. Never rejects. */
export async function lookForDamage({ ledger, state, log }: InspectionPorts): Promise<void> {
  try {
    const damage = await ledger.inspect();
    if (damage === undefined) return;
    state.damaged();
    log.error({ err: damage }, "the database is damaged");
  } catch (error) {
    log.error({ err: error }, "the database could not be looked through for damage");
  }
}

export interface FollowingPorts {
  readonly ledger: Pick<Ledger, "follow">;
  readonly state: Pick<ServiceState, "looked">;
  readonly log: Pick<Log, "info" | "warn">;
}

/** Says in `/readyz` how the database does, and in the log where that changes. */
export function followOthers({ ledger, state, log }: FollowingPorts): void {
  let last: string | undefined;
  ledger.follow((trouble) => {
    const fault = trouble instanceof StoreFault ? trouble.kind : undefined;
    state.looked(fault);
    const now = trouble === undefined ? undefined : (fault ?? String(trouble));
    if (now === last) return;
    last = now;
    if (trouble === undefined) log.info("the database is followed again");
    else log.warn({ err: trouble }, "the database cannot be followed");
  });
}

export interface SweepingPorts extends SweepPorts {
  readonly idempotency: Pick<IdempotencyStore, "sweep">;
  readonly approvals: Pick<ApprovalStore, "sweep">;
  readonly log: Pick<Log, "warn">;
  /** Calls `fn` about every `ms`; the answer stops it. */
  readonly every: (ms: number, fn: () => void) => () => void;
}

/**
 * Lets archived flags leave and forgets old answers, hour by hour. The answer ends it, once what is under way has come to
 * its end.
 */
export function startSweeping({ every, log, idempotency, approvals, ...ports }: SweepingPorts): () => Promise<void> {
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, `${what}; the next hour will do`);
  let running: Promise<void> = Promise.resolve();
  const stop = every(SWEEP_EVERY_MS, () => {
    running = running
      .then(() => sweep(ports))
      .catch(failed("archived flags could not leave"))
      .then(() => idempotency.sweep(ports.now() - ANSWER_KEPT_MS))
      .catch(failed("old answers could not be forgotten"))
      .then(() => approvals.sweep(ports.now() - CLOSED_APPROVAL_KEPT_MS))
      .catch(failed("old approvals could not be forgotten"));
  });
  return async () => {
    stop();
    await running;
  };
}

export interface NotingPorts {
  readonly lastUses: Pick<LastUses, "used" | "write">;
  /** Keys whose streams are open: they are in use however long nothing is said. */
  readonly connected: () => Iterable<string>;
  readonly log: Pick<Log, "warn">;
  readonly every: SweepingPorts["every"];
}

/** Writes down, minute by minute, which keys and tokens were used. The answer does so a last time, and ends it. */
export function startNotingUses({ lastUses, connected, log, every }: NotingPorts): () => Promise<void> {
  const note = async () => {
    for (const id of connected()) lastUses.used(id);
    await lastUses.write().catch((error: unknown) => {
      log.warn({ err: error }, "which keys and tokens were used could not be noted; the next minute will do");
    });
  };
  const stop = every(NOTE_USES_EVERY_MS, () => void note());
  return async () => {
    stop();
    await note();
  };
}
