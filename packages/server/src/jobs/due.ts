/** What a server carries out when its time has come. It begins once the server is ready, and ends as it stops. */
import { ReleaseRunner } from "../features/releases/run.ts";
import { runSchedules } from "../features/schedules/run.ts";
import type { Services } from "../features/services.ts";
import { startTicking, type Ticking, type TickingPorts } from "./ticking.ts";

export interface DueWork {
  readonly begin: () => void;
  /** Resolves once what is under way has come to its end. */
  readonly stop: () => Promise<void>;
}

export function dueWork(services: Services, ports: TickingPorts): DueWork {
  const releases = new ReleaseRunner(services);
  let ticking: readonly Ticking[] = [];
  let unsubscribe = (): void => {};
  return {
    begin() {
      const judging = startTicking("what releases ask for", () => releases.round(), ports);
      ticking = [startTicking("what is scheduled", () => runSchedules(services), ports), judging];
      unsubscribe = services.evidence.subscribe(() => judging.now());
      for (const one of ticking) one.now();
    },
    async stop() {
      unsubscribe();
      await Promise.all(ticking.map((one) => one.stop()));
    },
  };
}
