/** What a server carries out when its time has come. It begins once the server is ready, and ends as it stops. */
import { ReleaseRunner } from "../features/releases/run.ts";
import { runSchedules } from "../features/schedules/run.ts";
import type { Services } from "../features/services.ts";
import type { Log } from "../observe/log.ts";
import { startDeliveries } from "../webhooks/deliveries.ts";
import { deliveriesOf } from "../webhooks/for-server.ts";
import { startTicking, type Ticking, type TickingPorts } from "./ticking.ts";

export interface DueWork {
  readonly begin: () => void;
  /** Resolves once what is under way has come to its end. */
  readonly stop: () => Promise<void>;
}

export interface DuePorts extends Omit<TickingPorts, "log"> {
  readonly log: Pick<Log, "info" | "warn" | "error">;
  /** At least 0 and below 1. */
  readonly random: () => number;
}

export function dueWork(services: Services, ports: DuePorts): DueWork {
  const releases = new ReleaseRunner(services);
  let ticking: readonly Ticking[] = [];
  let unsubscribe: readonly (() => void)[] = [];
  let stopping = false;
  const deliveries = deliveriesOf(services, { ...ports, stopping: () => stopping });
  return {
    begin() {
      const scheduled = startTicking("what is scheduled", () => runSchedules(services), ports);
      const judging = startTicking("what releases ask for", () => releases.round(), ports);
      const telling = startDeliveries(deliveries, ports);
      ticking = [scheduled, judging, telling];
      unsubscribe = [services.evidence.subscribe(() => judging.now()), services.ledger.subscribe(() => telling.now())];
      for (const one of ticking) one.now();
    },
    async stop() {
      stopping = true;
      for (const end of unsubscribe) end();
      await Promise.all(ticking.map((one) => one.stop()));
    },
  };
}
