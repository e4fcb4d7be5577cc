/** What a server carries out when its time has come. It begins once the server is ready, and ends as it stops. */
import { runSchedules } from "../features/schedules/run.ts";
import type { Services } from "../features/services.ts";
import { startTicking, type Ticking, type TickingPorts } from "./ticking.ts";

export interface DueWork {
  readonly begin: () => void;
  /** Resolves once what is under way has come to its end. */
  readonly stop: () => Promise<void>;
}

export function dueWork(services: Services, ports: TickingPorts): DueWork {
  let ticking: Ticking | undefined;
  return {
    begin() {
      ticking ??= startTicking("what is scheduled", () => runSchedules(services), ports);
      ticking.now();
    },
    async stop() {
      await ticking?.stop();
    },
  };
}
