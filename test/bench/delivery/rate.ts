/** How often a second the ruleset is sent, by autocannon in a process of its own. */
import { createRequire } from "node:module";
import { type Place, rulesetUrl } from "./place.ts";
import type { Processes } from "./processes.ts";

const autocannon = createRequire(import.meta.url).resolve("autocannon/autocannon.js");
const CONNECTIONS = 32;

/** One kind of request, and what it has to be answered with. */
export interface Question {
  readonly headers: Record<string, string>;
  readonly status: 200 | 304;
  /** Of the body. */
  readonly bytes: number;
}

/** What autocannon says of a run, as far as it is read. */
interface Run {
  readonly errors: number;
  readonly requests: { readonly average: number; readonly total: number };
  readonly throughput: { readonly total: number };
  readonly statusCodeStats: { readonly [status: string]: unknown };
}

export async function rateOf(processes: Processes, place: Place, question: Question, seconds: number): Promise<number> {
  const headers = Object.entries(question.headers).flatMap(([name, value]) => ["-H", `${name}=${value}`]);
  const options = ["-j", "-n", "-c", String(CONNECTIONS), "-d", String(seconds), ...headers];
  const run: Run = JSON.parse(await processes.outputOf([autocannon, ...options, rulesetUrl(place)]));
  const { errors, requests, throughput, statusCodeStats } = run;
  if (errors > 0 || Object.keys(statusCodeStats).join() !== String(question.status)) {
    throw new Error(`${errors} requests failed; the others were answered ${JSON.stringify(statusCodeStats)}.`);
  }
  if (throughput.total < requests.total * question.bytes) throw new Error("The answers are shorter than the ruleset.");
  return requests.average;
}
