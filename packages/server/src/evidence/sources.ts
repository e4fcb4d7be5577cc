/**
 * Reads guards' sources outside the SDKs: a query to Prometheus, or a number in a JSON answer. Requests go by the one way
 * out, to addresses that the operator has listed. One reading for each span of ten seconds is kept, whichever node was
 * first.
 */
import type { Guard, GuardSource } from "../features/releases/judge/guard.ts";
import { CONTROL, READING_MS, readingEvery } from "../features/releases/judge/readings.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { UsageBatch } from "../store/usage-store.ts";
import type { ReleasePlace, Wanted } from "./evidence.ts";
import { numberAt, prometheusValue } from "./source-answers.ts";
import { readingRow } from "./sum-rows.ts";

export interface SourcePorts {
  readonly outbound: Pick<Outbound, "send">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Resolves once the batch is durable. */
  readonly take: (batch: UsageBatch) => Promise<boolean>;
  /** The variant of those who are left out, for the control's query. */
  readonly controlVariant: (place: ReleasePlace) => string | undefined;
  /** The Prometheus server of the installation. */
  readonly prometheusUrl: string | undefined;
  /** What was in the way of a reading, once for each guard until it works again. */
  readonly failed: (place: ReleasePlace, message: string) => void;
  readonly came: (places: readonly ReleasePlace[]) => void;
}

type OutsideSource = Extract<GuardSource, { kind: "prometheus" | "http" }>;

export class Sources {
  readonly #ports: SourcePorts;
  /** By release and guard: the span that was read last. */
  readonly #read = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(ports: SourcePorts) {
    this.#ports = ports;
  }

  /** Reads those that are due. Never rejects. */
  async read(place: ReleasePlace, wanted: Wanted): Promise<void> {
    const { guards, treated, step } = wanted;
    const span = Math.floor(this.#ports.now() / READING_MS);
    const every = readingEvery(wanted);
    const due = [...guards.entries()].filter(([at, guard]) => isOutside(guard) && this.#claim(place, at, span, every));
    const sides = [...Object.keys(treated), CONTROL];
    await Promise.all(due.map(([at, guard]) => this.#readGuard(place, { guard, at, step, sides, span })));
  }

  /** Once in `every` spans, the same ones on each node. */
  #claim({ release }: ReleasePlace, guard: number, span: number, every: number): boolean {
    const name = `${release}:${guard}`;
    const last = this.#read.get(name) ?? 0;
    if (Math.floor(last / every) >= Math.floor(span / every)) return false;
    this.#read.set(name, span);
    for (const [old, read] of this.#read) if (read < span - 1_000) this.#read.delete(old);
    return true;
  }

  async #readGuard(
    place: ReleasePlace,
    one: { guard: Guard; at: number; step: number; sides: readonly string[]; span: number },
  ): Promise<void> {
    const { guard, at: position, step, sides, span } = one;
    const { source } = guard;
    if (source.kind !== "prometheus" && source.kind !== "http") return;
    const at = span * READING_MS;
    const name = `${place.release}:${position}`;
    try {
      const values = await Promise.all(sides.map((side) => this.#ask(source, this.#variantOf(place, side))));
      const sums = values.map((value, index) =>
        readingRow({ release: place.release, step, guard: position, side: sides[index] ?? "", at, value }),
      );
      const { project, environment } = place;
      const id = `${name}:${step}:${span}`;
      const batch = { keyId: "source", id, project, environment, at: this.#ports.now(), counts: [], missing: [], sums };
      if (await this.#ports.take(batch)) this.#ports.came([place]);
      this.#told.delete(name);
    } catch (error) {
      if (this.#told.has(name)) return;
      this.#told.add(name);
      this.#ports.failed(place, error instanceof Error ? error.message : String(error));
    }
  }

  #variantOf(place: ReleasePlace, side: string): string {
    return side === CONTROL ? (this.#ports.controlVariant(place) ?? "") : side;
  }

  async #ask(source: OutsideSource, variant: string): Promise<number> {
    const url = this.#urlOf(source, variant);
    const answer = await this.#ports.outbound.send({ url, method: "GET", reach: "listed" });
    if (answer.kind !== "answered") throw new Error(`${placeIn(url)}: ${answer.message}`);
    if (answer.status !== 200)
      throw new Error(`${placeIn(url)} answered ${answer.status}. See that the address and the query are right.`);
    const document = parsed(answer.body);
    const value = source.kind === "http" ? numberAt(document, source.path) : prometheusValue(document);
    if (value === undefined)
      throw new Error(`${placeIn(url)} answered no single number. Have the query give one series for each $variant.`);
    return value;
  }

  #urlOf(source: OutsideSource, variant: string): string {
    if (source.kind === "http") return source.url.replaceAll("$variant", encodeURIComponent(variant));
    const server = source.url ?? this.#ports.prometheusUrl;
    if (server === undefined) {
      throw new Error("No Prometheus server is named. Give the guard a url, or the server BANNEROL_PROMETHEUS_URL.");
    }
    const query = source.query.replaceAll("$variant", variant.replaceAll(/["\\]/g, "\\$&"));
    return `${server.replace(/\/$/, "")}/api/v1/query?query=${encodeURIComponent(query)}`;
  }
}

/** Where was asked, for the log: what stands in a query, or before the host, may be a secret. */
function placeIn(url: string): string {
  if (!URL.canParse(url)) return "The address of the source";
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** `undefined` where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isOutside({ source }: Guard): boolean {
  return source.kind === "prometheus" || source.kind === "http";
}
