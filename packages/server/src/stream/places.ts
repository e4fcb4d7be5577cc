/**
 * How many connections there are, by key and address, and how many those may hold who hold no secret: client keys are
 * public, so each key and each address has only so many places. A host of many processes is one address, so there is no
 * limit for server keys.
 */
import type { ViewClass } from "../store/port.ts";

export interface PlaceLimits {
  readonly perKey: number;
  readonly perAddress: number;
}

export const PLACE_LIMITS: PlaceLimits = { perKey: 10_000, perAddress: 200 };

export interface Visitor {
  readonly keyId: string;
  readonly class: ViewClass;
  /** Of the peer; one that is not known is not counted. */
  readonly address: string | undefined;
}

export class Places {
  readonly #limits: PlaceLimits;
  readonly #taken = new Map<string, number>();

  constructor(limits: PlaceLimits = PLACE_LIMITS) {
    this.#limits = limits;
  }

  /** Takes a place; the answer gives it back, and twice is as good as once. `undefined` where there is none left. */
  take(visitor: Visitor): (() => void) | undefined {
    const counted = countersOf(visitor, this.#limits);
    if (counted.some(([name, limit]) => (this.#taken.get(name) ?? 0) >= limit)) return undefined;
    for (const [name] of counted) this.#add(name, 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      for (const [name] of counted) this.#add(name, -1);
    };
  }

  /** Whether a connection of this key from this address is there. */
  has(keyId: string, address: string | undefined): boolean {
    return this.#taken.has(pairOf({ keyId, address }));
  }

  #add(name: string, step: 1 | -1): void {
    const taken = (this.#taken.get(name) ?? 0) + step;
    if (taken > 0) this.#taken.set(name, taken);
    else this.#taken.delete(name);
  }
}

function countersOf(visitor: Visitor, limits: PlaceLimits): readonly (readonly [name: string, limit: number])[] {
  const { keyId, class: kind, address } = visitor;
  const pair = [pairOf(visitor), Number.POSITIVE_INFINITY] as const;
  if (kind !== "client") return [pair];
  const byKey = [`key ${keyId}`, limits.perKey] as const;
  return address === undefined ? [pair, byKey] : [pair, byKey, [`address ${address}`, limits.perAddress]];
}

function pairOf({ keyId, address = "" }: Pick<Visitor, "keyId" | "address">): string {
  return `${keyId} from ${address}`;
}
