/** What an application's SDK would tell of a release's outcomes, as one batch of events. */
import type { Server } from "./server.ts";

const CELLS = 64;
/** Outcomes of each cell: enough to rule harm out at once, shared as the step's percentage says. */
const TREATED = 20;

interface Told {
  readonly release: string;
  readonly step: number;
  readonly percentage: number;
  /** Of the treated outcomes of a cell. */
  readonly failures?: number;
}

/** Told again, it is counted once: its id is that of the step. */
export async function tellOutcomes(server: Server, key: string, told: Told): Promise<void> {
  const { release, step, percentage, failures = 0 } = told;
  const each = (count: number) => Array.from({ length: CELLS }, (_, cell) => [cell, count]);
  const control = Math.round((TREATED * (100 - percentage)) / percentage);
  const sides = {
    on: { n: each(TREATED), ...(failures > 0 && { x: each(failures) }) },
    ...(control > 0 && { "": { n: each(control) } }),
  };
  const body = {
    id: `${release}-${step}-${failures}`,
    instance: "tracking",
    sdk: { name: "test", version: "0" },
    counts: [],
    outcomes: [{ flag: "checkout", release, step, metric: "checkout", sides }],
  };
  const response = await fetch(`${server.url}/sdk/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`events: ${response.status} ${await response.text()}`);
}
