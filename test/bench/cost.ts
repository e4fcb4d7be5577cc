import type { Prepared } from "./subject.ts";

export interface Cost {
  readonly nanoseconds: number;
  /** Allocated for each call; undefined where that is so much that collections hide it. */
  readonly bytes: number | undefined;
}

const ROUND_MS = 10;
const WARM_MS = 150;
const WARM_CALLS = 64;
const MAX_CALLS = 200_000;
const COUNTED_CALLS = 2_000;
const COUNTED_ROUNDS = 9;

/** The median of several rounds of about 10 ms, and the heap's growth where no collection came in between. */
export async function costOf(prepared: Prepared, users: number, rounds: number): Promise<Cost> {
  await warmUp(prepared, users);
  const calls = await callsPerRound(prepared, users);
  const loop = loopOf(prepared, users, calls);
  for (let warm = 0; warm < 5; warm += 1) await timed(loop);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push((await timed(loop)) / calls);
  return { nanoseconds: median(times), bytes: await bytesOf(prepared, users, calls) };
}

/** By the clock: code is optimised beside the thread that runs it, which takes a while where the machine is busy. */
async function warmUp(prepared: Prepared, users: number): Promise<void> {
  const loop = loopOf(prepared, users, WARM_CALLS);
  const until = performance.now() + WARM_MS;
  while (performance.now() < until) await loop();
}

async function callsPerRound(prepared: Prepared, users: number): Promise<number> {
  let calls = 1;
  while (calls < MAX_CALLS && (await timed(loopOf(prepared, users, calls))) < (ROUND_MS * 1e6) / 2) calls *= 2;
  return Math.min(calls, MAX_CALLS);
}

async function bytesOf(prepared: Prepared, users: number, callsPerRound: number): Promise<number | undefined> {
  const calls = Math.min(COUNTED_CALLS, callsPerRound);
  const loop = loopOf(prepared, users, calls);
  // Warm, so that what is counted is what optimised code allocates, and not what optimising it does.
  for (let warm = 0; warm < 100 && calls === COUNTED_CALLS; warm += 1) await loop();
  const samples: number[] = [];
  for (let round = 0; round < COUNTED_ROUNDS; round += 1) {
    const before = process.memoryUsage().heapUsed;
    await loop();
    samples.push(process.memoryUsage().heapUsed - before);
  }
  // Where the heap shrank, a collection came in between.
  const grown = samples.filter((bytes) => bytes >= 0);
  return grown.length * 2 < COUNTED_ROUNDS ? undefined : Math.round(median(grown) / calls);
}

/** Nanoseconds of the processor's time, not the clock's: what else the machine does makes little difference to it. */
async function timed(loop: () => unknown): Promise<number> {
  const started = process.cpuUsage();
  const done = loop();
  if (done instanceof Promise) await done;
  const { user, system } = process.cpuUsage(started);
  return (user + system) * 1_000;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Somewhere for answers to go, so that no call can be found superfluous and left out. */
const sink: { last: unknown } = { last: undefined };
Object.assign(globalThis, { benchSink: sink });

/**
 * A loop of its own for each call: one that all shared would have seen many functions and could inline none of them,
 * which an application's call site can.
 */
function loopOf({ call, isAsync }: Prepared, users: number, calls: number): () => unknown {
  const body = `sink.last = ${isAsync ? "await " : ""}call(i & ${users - 1});`;
  const source = `return ${isAsync ? "async " : ""}() => { for (let i = 0; i < ${calls}; i += 1) ${body} };`;
  return new Function("call", "sink", source)(call, sink);
}
