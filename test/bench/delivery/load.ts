/** A process of the load: holds clients, and says when a change arrived at each of them. */
import { setTimeout as pause } from "node:timers/promises";
import { answer } from "./answering.ts";
import { type LoadClient, openClient, type Target } from "./clients.ts";
import { now } from "./figures.ts";

/** Clients are opened in batches of so many a second. */
const BATCHES_PER_SECOND = 10;
const ARRIVAL_LIMIT_MS = 120_000;

const clients: LoadClient[] = [];
const arrivals: { readonly at: number; readonly revision: number }[] = [];
let allArrived: (() => void) | undefined;

function arrived(revision: number): void {
  arrivals.push({ at: now(), revision });
  if (arrivals.length >= clients.length) allArrived?.();
}

async function open(input: { readonly target: Target; readonly count: number; readonly perSecond: number }) {
  const batch = Math.max(1, Math.floor(input.perSecond / BATCHES_PER_SECOND));
  while (clients.length < input.count) {
    for (let left = Math.min(batch, input.count - clients.length); left > 0; left -= 1) {
      clients.push(openClient(input.target, arrived));
    }
    if (clients.length < input.count) await pause(1_000 / BATCHES_PER_SECOND);
  }
  await Promise.all(clients.map(({ ready }) => ready));
}

/** Forgets what has arrived: the next change is waited for. */
function expect(): void {
  arrivals.length = 0;
}

/** When `revision` arrived at each, milliseconds of the machine's clock; resolves once it has. Whatever else came is wrong. */
async function arrivedAt({ revision }: { readonly revision: number }): Promise<readonly number[]> {
  const all = new Promise<void>((resolve) => {
    allArrived = resolve;
    if (arrivals.length >= clients.length) resolve();
  });
  await Promise.race([all, pause(ARRIVAL_LIMIT_MS, undefined, { ref: false })]);
  const right = arrivals.filter((arrival) => arrival.revision === revision);
  if (right.length !== clients.length || arrivals.length !== clients.length) {
    const found = `${right.length} of ${arrivals.length} changes that came are of revision ${revision}`;
    throw new Error(`${found}; ${clients.length} clients wait for it.`);
  }
  return right.map(({ at }) => at);
}

const requests = {
  open,
  expect,
  arrivedAt,
  current: ({ revision }: { readonly revision: number }) =>
    clients.filter(({ isCurrent }) => isCurrent(revision)).length,
  serving: ({ on }: { readonly on: boolean }) => clients.filter(({ serves }) => serves(on)).length,
};

export type LoadRequests = typeof requests;
answer(requests);
