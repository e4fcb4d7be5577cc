/** What a crowd costs its server, and how long a change takes to reach all of it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Broadcaster } from "./broadcasters.ts";
import type { Crowd } from "./crowd.ts";
import { now, type Spread, spreadOf } from "./figures.ts";
import { residentOf } from "./memory.ts";

export interface CrowdSize {
  readonly connections: number;
  /** Changes, one every `everyMs`. */
  readonly rounds: number;
  readonly everyMs: number;
}

export interface CrowdCost {
  readonly memory: MemoryCost;
  /** Milliseconds from sending a change to its being answered. */
  readonly durable: Spread;
  /** Milliseconds from sending a change to its being applied in each client, over all rounds. */
  readonly applied: Spread;
}

/** Of the server, in bytes; for each connection but for the last. */
export interface MemoryCost {
  /** What the second half of all connections added: the first takes up what the process had to spare. */
  readonly idle: number;
  /** The same after a collection. */
  readonly collected: number;
  /** The same, and what the changes added to that. */
  readonly changing: number;
  readonly most: number;
}

/** Changes that are not measured: first with nobody connected, then with all. Code is loaded and optimised by then. */
const WARM_CHANGES = 20;
const WARM_ROUNDS = 5;
/** Until what was just done has had its after-effects, as far as the size of the crowd asks for it. */
const SETTLE_MS = 2_000;
/** Memory is given back to the system beside the program. */
const COLLECT_MS = 200;

export async function measureCrowd(broadcaster: Broadcaster, crowd: Crowd, size: CrowdSize): Promise<CrowdCost> {
  for (let warm = 0; warm < WARM_CHANGES; warm += 1) await broadcaster.change();
  const connected = await connectAll(broadcaster, crowd, size);
  const rounds = await changeAll(broadcaster, crowd, size);
  const { bytes, mostBytes } = residentOf(broadcaster.pid());
  await expectServed(broadcaster, crowd, size.connections);
  const { idle, collected, collectedBytes } = connected;
  const changing = collected + (bytes - collectedBytes) / size.connections;
  return {
    memory: { idle, collected, changing, most: mostBytes },
    durable: spreadOf(rounds.map(({ durableMs }) => durableMs)),
    applied: spreadOf(rounds.flatMap(({ appliedMs }) => appliedMs)),
  };
}

interface Connected extends Pick<MemoryCost, "idle" | "collected"> {
  /** Of the server whole. */
  readonly collectedBytes: number;
}

async function connectAll(
  { target, perSecond, pid, collect }: Broadcaster,
  crowd: Crowd,
  { connections, everyMs }: CrowdSize,
): Promise<Connected> {
  const open = async (count: number) => {
    await crowd.open(target(), count, perSecond);
    await pause(Math.min(SETTLE_MS, everyMs * 2));
    const { bytes } = residentOf(pid());
    await collect();
    await pause(COLLECT_MS);
    return { bytes, collectedBytes: residentOf(pid()).bytes };
  };
  const half = Math.floor(connections / 2);
  const before = (await open(half)).collectedBytes;
  const { bytes, collectedBytes } = await open(connections);
  const each = (held: number) => (held - before) / (connections - half);
  return { idle: each(bytes), collected: each(collectedBytes), collectedBytes };
}

interface Round {
  readonly on: boolean;
  readonly durableMs: number;
  readonly appliedMs: readonly number[];
}

async function changeAll(broadcaster: Broadcaster, crowd: Crowd, { rounds, everyMs }: CrowdSize): Promise<Round[]> {
  const measured: Round[] = [];
  for (let round = 0; round < WARM_ROUNDS + rounds; round += 1) {
    const next = pause(everyMs);
    measured.push(await changeOnce(broadcaster, crowd));
    await next;
  }
  return measured.slice(WARM_ROUNDS);
}

async function changeOnce(broadcaster: Broadcaster, crowd: Crowd): Promise<Round> {
  await crowd.expect();
  const sentAt = now();
  const { revision, on } = await broadcaster.change();
  const durableMs = now() - sentAt;
  const arrivals = await crowd.arrivedAt(revision);
  return { on, durableMs, appliedMs: arrivals.map((at) => at - sentAt) };
}

/** Once on and once off: the last change is what everybody serves. */
async function expectServed(broadcaster: Broadcaster, crowd: Crowd, connections: number): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) {
    const { on } = await changeOnce(broadcaster, crowd);
    const serving = await crowd.serving(on);
    if (serving !== connections) {
      throw new Error(`The flag is ${on ? "on" : "off"} for ${serving} of ${connections} clients.`);
    }
  }
}
