/** What was measured, as rows; every figure stands beside its floor. */

import type { LoopCost } from "./event-loop.ts";
import type { CrowdCost } from "./fan-out.ts";
import { count, tenths, times } from "./figures.ts";
import type { Pauses } from "./host.ts";
import type { Recovery } from "./recovery.ts";
import type { Rate, RulesetRates } from "./rulesets.ts";
import type { StartCost } from "./start-up.ts";
import type { WireCost } from "./wire.ts";

export interface Table {
  readonly topic: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Three crowds of one size. */
export interface Crowds {
  readonly connections: number;
  readonly ours: CrowdCost;
  /** The product's stream, read by sockets that apply nothing. */
  readonly read: CrowdCost;
  readonly bare: CrowdCost;
}

export function memoryTable(crowds: readonly Crowds[]): Table {
  const head = [
    "memory for each connection, KiB",
    "idle",
    "idle, after a collection",
    "with changes",
    "server at most, MiB",
  ];
  const rows = crowds.filter(isLarge).flatMap(({ connections, ours, bare }) => {
    const of = ({ memory }: CrowdCost) => [memory.idle, memory.collected, memory.changing];
    const floor = of(bare);
    const row = (name: string, cost: CrowdCost) => [
      `${name}, ${count(connections)}`,
      ...of(cost).map((bytes) => tenths(bytes / 2 ** 10)),
      tenths(cost.memory.most / 2 ** 20),
    ];
    const ratio = of(ours).map((bytes, at) => times(bytes, floor[at] ?? Number.NaN));
    return [row("Bannerol", ours), row("bare ws", bare), ["", ...ratio, ""]];
  });
  return { topic: "Connections", head, rows };
}

/** The memory of a small crowd is lost in what a process takes and gives anyway; the last is shown whatever its size. */
function isLarge({ connections }: Crowds, at: number, { length }: readonly Crowds[]): boolean {
  return connections >= 1_000 || at === length - 1;
}

export function fanOutTable(crowds: readonly Crowds[]): Table {
  const head = ["from a change being sent, ms", "durable, p50", "p99", "applied, p50", "p99", "max"];
  const rows = crowds.flatMap(({ connections, ours, read, bare }) => {
    const of = ({ durable, applied }: CrowdCost) => [durable.p50, durable.p99, applied.p50, applied.p99, applied.max];
    const floor = of(bare);
    const ratio = (cost: CrowdCost) => of(cost).map((value, at) => times(value, floor[at] ?? Number.NaN));
    return [
      [`Bannerol, ${count(connections)} SDK clients`, ...of(ours).map(tenths)],
      [`Bannerol, ${count(connections)} sockets`, ...of(read).map(tenths)],
      [`bare insert and ws, ${count(connections)} sockets`, ...floor.map(tenths)],
      ["SDK clients to bare", ...ratio(ours)],
      ["sockets to bare", ...ratio(read)],
    ];
  });
  return { topic: "Fan-out", head, rows };
}

export function recoveryTable(connections: number, recovery: Recovery): Table {
  return {
    topic: `Recovery: ${count(connections)} connected, the server killed and started again at once`,
    head: ["", ""],
    rows: [
      ["ready again", `${count(recovery.startedMs)} ms`],
      ["half are current", `${count(recovery.halfMs)} ms`],
      ["99 % are current", `${count(recovery.mostMs)} ms`],
      ["handshakes taken", `${count(recovery.handshakes)} a second`],
      ["when it was most", `${count(recovery.mostHandshakes)} a second`],
      ["handshakes told to come later", count(recovery.refused)],
      ["memory at most", `${tenths(recovery.peakBytes / 2 ** 20)} MiB`],
    ],
  };
}

export function wireTable(flags: number, { delta, notModified, whole, wholeGzipped }: WireCost): Table {
  const row = (name: string, bytes: number) => [name, count(bytes), times(bytes, delta)];
  return {
    topic: `One flag changed among ${count(flags)}`,
    head: ["", "bytes on the wire", "× the delta"],
    rows: [
      row("the delta's frame", delta),
      row("all flags again, gzip", wholeGzipped),
      row("all flags again", whole),
      row("304, to ask whether there is anything", notModified),
    ],
  };
}

export function startTable(flags: number, cost: StartCost): Table {
  const row = (name: string, value: number, floorName: string, floor: number) => [
    name,
    tenths(value),
    floorName,
    tenths(floor),
    times(value, floor),
  ];
  return {
    topic: `Start-up with ${count(flags)} flags`,
    head: ["createClient to ready()", "ms", "beside", "ms", ""],
    rows: [
      row("from the network", cost.network, "fetch and JSON.parse", cost.fetchAndParse),
      row("from the cache, the server away", cost.cache, "readFile and JSON.parse", cost.readAndParse),
      row("from the cache, confirmed by the server", cost.confirmed, "fetch and JSON.parse", cost.fetchAndParse),
    ],
  };
}

/** Unleash 7.5 on PostgreSQL, with 500 flags, on two cores; quoted. */
const UNLEASH = { whole: 450, conditional: 2_900 };

export function ratesTable(flags: number, { whole, gzipped, conditional }: RulesetRates): Table {
  const row = (name: string, { ours, bare }: Rate, unleash: number) => [
    name,
    count(ours),
    count(bare),
    times(ours, bare),
    count(unleash),
    times(ours, unleash),
  ];
  return {
    topic: `Rulesets of ${count(flags)} flags`,
    head: ["a second", "Bannerol", "bare node:http", "× bare", "Unleash, as quoted", "× Unleash"],
    rows: [
      row("GET", whole, UNLEASH.whole),
      row("GET, gzip", gzipped, UNLEASH.whole),
      row("GET, If-None-Match: 304", conditional, UNLEASH.conditional),
    ],
  };
}

export function loopTable(
  { flags, keys }: { readonly flags: number; readonly keys: number },
  { cached, uncached }: { readonly cached: LoopCost; readonly uncached: LoopCost },
): Table {
  const row = (name: string, pauses: (cost: LoopCost) => Pauses) => [
    name,
    ...[uncached, cached].flatMap((cost) => [tenths(pauses(cost).ticker), tenths(pauses(cost).monitor)]),
  ];
  return {
    topic: "The event loop of an application: its longest pause",
    head: ["ms", "ticker, no cache", "monitor, no cache", "ticker, cache", "monitor, cache"],
    rows: [
      row("nothing happens, for a second", ({ idle }) => idle),
      row(`JSON.parse of ${count(flags)} flags, alone`, ({ parse }) => parse),
      row(`a snapshot of ${count(flags)} flags, at a start`, ({ snapshot }) => snapshot),
      row(`a list of ${count(keys)} keys`, ({ list }) => list),
    ],
  };
}
