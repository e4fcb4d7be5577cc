/** An application with an SDK that looks at its own event loop. */
import { readdir } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { createClient, type NodeFlagClient } from "@bannerol/sdk-node";
import { until } from "../../e2e/harness.ts";
import { answer } from "./answering.ts";
import { CHANGING } from "./flags.ts";
import { LISTED, STRANGER } from "./listed.ts";
import { getRuleset, type Place } from "./place.ts";

/** The longest pause, milliseconds, told in two ways. */
export interface Pauses {
  /** How late a timer of one millisecond was. */
  readonly ticker: number;
  /** What Node's own monitor saw. */
  readonly monitor: number;
}

const TICK_MS = 1;
const SEEN_MS = 20;
const delays = monitorEventLoopDelay({ resolution: TICK_MS });
let lastTick = performance.now();
let longest = 0;
let client: NodeFlagClient | undefined;

function watch(): void {
  delays.enable();
  setInterval(() => {
    longest = Math.max(longest, performance.now() - lastTick - TICK_MS);
    lastTick = performance.now();
  }, TICK_MS);
  restart();
}

function restart(): void {
  longest = 0;
  lastTick = performance.now();
  delays.reset();
}

/** Since the last word of them. */
async function pauses(): Promise<Pauses> {
  // Both have seen a pause once they could run again.
  await pause(SEEN_MS);
  const seen = { ticker: longest, monitor: Math.max(0, delays.max / 1e6 - TICK_MS) };
  restart();
  return seen;
}

/** Resolves once the flags are served, and kept where there is a cache. */
async function open({ flags, ...options }: Place & { readonly cache: string | false; readonly flags: number }) {
  client = createClient({ ...options, logger: { warn: () => undefined } });
  await client.ready();
  await client.flush();
  const found = await pauses();
  const served = Object.keys(client.evaluateAll({ targetingKey: STRANGER })).length;
  if (served !== flags) throw new Error(`It serves ${served} flags in place of ${flags}.`);
  restart();
  return found;
}

/** What nobody can cut up of the arrival of flags: the parsing of their text. */
async function parse({ flags, ...place }: Place & { readonly flags: number }): Promise<Pauses> {
  const text = (await getRuleset(place)).body.toString();
  await pauses();
  const ruleset: unknown = JSON.parse(text);
  const found = await pauses();
  const served = Object.keys(Object(Object(ruleset).flags)).length;
  if (served !== flags) throw new Error(`It parsed ${served} flags in place of ${flags}.`);
  return found;
}

interface ListInput {
  readonly revision: number;
  readonly cache: string | false;
}

/** Resolves once the list is served that the changing flag asks for, and kept where there is a cache. */
async function listArrived({ revision, cache }: ListInput): Promise<Pauses> {
  if (client === undefined) throw new Error("No client is open.");
  await client.atLeast(revision, { timeoutMs: 120_000 });
  if (cache !== false)
    await until(async () => (await readdir(cache)).some((name) => name.endsWith(`${revision}.ruleset`)));
  const found = await pauses();
  const [listed, stranger] = [LISTED, STRANGER].map((targetingKey) => client?.isEnabled(CHANGING, { targetingKey }));
  if (!listed || stranger)
    throw new Error(`The list is not what was sent: ${listed} for one on it, ${stranger} for a stranger.`);
  return found;
}

const requests = { watch, pauses, parse, open, listArrived };
export type HostRequests = typeof requests;
answer(requests);
