/**
 * How many connections there are, in all, by key and by address. All together have so many places as the operator gives a
 * node. Client keys are public, so each of them and each address has only so many of these. A host of many processes is one
 * address, so there is no such limit for server keys.
 */
import type { ViewClass } from "../store/port.ts";

export interface PlaceLimits {
  readonly all: number;
  readonly perKey: number;
  readonly perAddress: number;
}

/** Of those who hold no secret. */
export const CLIENT_KEY_LIMITS = { perKey: 10_000, perAddress: 200 };

export interface Visitor {
  readonly keyId: string;
  readonly class: ViewClass;
  /** Of the peer; one that is not known is not counted. */
  readonly address: string | undefined;
}

export class Places {
  readonly limits: PlaceLimits;
  readonly #full: () => void;
  readonly #taken = new Map<string, number>();

  /** `full` is called for each who finds no place. */
  constructor(limits: PlaceLimits, full: () => void = () => {}) {
    this.limits = limits;
    this.#full = full;
  }

  /** Takes a place; the answer gives it back, and twice is as good as once. `undefined` where there is none left. */
  take(visitor: Visitor): (() => void) | undefined {
    const counted = countersOf(visitor, this.limits);
    if (counted.some(([name, limit]) => (this.#taken.get(name) ?? 0) >= limit)) {
      this.#full();
      return undefined;
    }
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
  const all = ["all", limits.all] as const;
  if (kind !== "client") return [all, pair];
  const byKey = [`key ${keyId}`, limits.perKey] as const;
  const shared = [all, pair, byKey];
  return address === undefined ? shared : [...shared, [`address ${address}`, limits.perAddress]];
}

function pairOf({ keyId, address = "" }: Pick<Visitor, "keyId" | "address">): string {
  return `${keyId} from ${address}`;
}
