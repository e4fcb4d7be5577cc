/** What applications asked for, and what the server was told of it: every batch counts once, however often it comes. */
import { MAX_EVENTS_BYTES } from "../../packages/protocol/src/index.ts";

/** So long the server knows a batch's id. */
const KNOWN_MS = 20 * 60_000;

interface Row {
  readonly flag: string;
  readonly count: number;
}

interface Batch {
  readonly id: string;
  readonly instance: string;
  readonly counts: readonly Row[];
  readonly missing: readonly Row[];
}

export class Usage {
  /** What was told and never asked for; undefined where there is none. */
  surplus: string | undefined;
  readonly #now: () => number;
  readonly #known = new Map<string, number>();
  readonly #asked = new Map<string, number>();
  readonly #told = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An application asks for a flag. */
  asked(instance: string, flag: string): void {
    add(this.#asked, nameOf(instance, flag), 1);
  }

  /** A batch arrives at a node that reaches the database. */
  take(body: string): { readonly counted: boolean } {
    const { id, instance, counts, missing }: Batch = JSON.parse(body);
    if (body.length > MAX_EVENTS_BYTES) this.surplus ??= `a batch has ${body.length} bytes`;
    const knownSince = this.#known.get(id);
    if (knownSince !== undefined && this.#now() - knownSince < KNOWN_MS) return { counted: false };
    this.#known.set(id, this.#now());
    for (const { flag, count } of [...counts, ...missing]) {
      const name = nameOf(instance, flag);
      const told = add(this.#told, name, count);
      const asked = this.#asked.get(name) ?? 0;
      if (told > asked) this.surplus ??= `${name} was asked for ${asked} times, and counted ${told} times`;
    }
    return { counted: true };
  }

  /** How often an application asked, and the server has not been told. */
  untold(instance: string): number {
    const sum = (of: ReadonlyMap<string, number>): number =>
      [...of].reduce((total, [name, count]) => (name.startsWith(`${instance} `) ? total + count : total), 0);
    return sum(this.#asked) - sum(this.#told);
  }
}

const nameOf = (instance: string, flag: string): string => `${instance} ${flag}`;

function add(to: Map<string, number>, name: string, count: number): number {
  const sum = (to.get(name) ?? 0) + count;
  to.set(name, sum);
  return sum;
}
