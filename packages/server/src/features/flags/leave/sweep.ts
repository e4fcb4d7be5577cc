/**
 * Lets archived flags leave the views, once an hour: one change for each project where some do.
 *
 * It begins an hour after the start, so that SDKs that were asked while no server was there have said so by then.
 */
import type { Ledger } from "../../../log/ledger.ts";
import type { Actor } from "../../../store/port.ts";
import type { AskedFlag, UsageStore } from "../../../store/usage-store.ts";
import { leaveViews } from "./decide.ts";

export const SWEEP_EVERY_MS = 60 * 60 * 1_000;

export interface SweepPorts {
  readonly ledger: Ledger;
  /** What SDKs were asked. */
  readonly usage: Pick<UsageStore, "asked">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const system: Actor = { type: "system", id: "server", name: "server" };
const comment = "Archived 30 days ago, and asked for by no SDK in a day.";

/** Rejects where the database is away: the next sweep does it then. */
export async function sweep(ports: SweepPorts): Promise<void> {
  for (const project of ports.ledger.projects()) await sweepProject(project, ports);
}

async function sweepProject(project: string, { ledger, usage, now }: SweepPorts): Promise<void> {
  const at = now();
  const state = ledger.state(project);
  const mayLeave = state !== undefined && isAny(leaveViews(state, { at, lastAsked: () => undefined }));
  if (!mayLeave) return;
  const lastAsked = lastAskedOf(await usage.asked(project));
  await ledger.execute({ project, actor: system, at, comment }, (newest) => leaveViews(newest, { at, lastAsked }));
}

function isAny(decided: ReturnType<typeof leaveViews>): boolean {
  return decided.ok && decided.items.length > 0;
}

function lastAskedOf(asked: readonly AskedFlag[]): (environment: string, flag: string) => number | undefined {
  const instants = new Map(asked.map(({ environment, flag, at }) => [JSON.stringify([environment, flag]), at]));
  return (environment, flag) => instants.get(JSON.stringify([environment, flag]));
}
