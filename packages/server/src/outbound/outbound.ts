/**
 * The one way out: every request that the server makes because of what a user wrote.
 *
 *     address ─ parse ─ resolve, once ─ every answer allowed? ─ connect to what was checked ─ status, at most 64 KiB
 *
 * It follows no redirect, and what was allowed when an address was saved is asked anew each time it is used.
 */
import { lookup as lookUp } from "node:dns/promises";
import type { AllowEntry } from "./allow.ts";
import { type Exchange, exchange } from "./exchange.ts";
import {
  isAddress,
  type OutboundRefusal,
  parseTarget,
  type Reach,
  refuseAddresses,
  refuseUnresolved,
  type Target,
  unresolved,
} from "./target.ts";

export const OUTBOUND_TIMEOUT_MS = 5_000;

export interface OutboundRequest {
  readonly url: string;
  /** `GET` unless given. */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `public` unless given. */
  readonly reach?: Reach;
}

/** Nothing is thrown: what can go wrong is an outcome. */
export type OutboundOutcome =
  | {
      readonly kind: "answered";
      /** A redirect's too: it is not followed. */
      readonly status: number;
      readonly retryAfter?: string;
      /** At most 64 KiB. It must never reach whoever wrote the address. */
      readonly body: string;
      /** Whether the body was longer than what was read. */
      readonly isCut: boolean;
      readonly ms: number;
    }
  | {
      readonly kind: "failed";
      readonly reason: "timeout" | "unreachable" | "certificate" | "no answer";
      readonly message: string;
      readonly ms: number;
    }
  | OutboundRefusal;

export interface Outbound {
  /** What is wrong with an address that is to be saved; `undefined` where it may be used now. */
  check(url: string, reach?: Reach): Promise<OutboundRefusal | undefined>;
  /** Sends one request, within 5 s in all. */
  send(request: OutboundRequest): Promise<OutboundOutcome>;
}

/** How a request ended, or that one would be refused. `url` is as it was written: it may hold what no log should. */
export type OutboundObserver = (outcome: OutboundOutcome, url: string) => void;

export interface OutboundPorts {
  readonly ended?: OutboundObserver;
  readonly allow: readonly AllowEntry[];
  /** The addresses that a name leads to; rejects or answers none where there are none. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Monotonic milliseconds. */
  readonly monotonic?: () => number;
  /** 5,000 unless given. */
  readonly timeoutMs?: number;
  /** Certificates to trust in place of Node's, as PEM. */
  readonly ca?: string;
}

export function createOutbound(ports: OutboundPorts): Outbound {
  const { allow, resolve = resolveAll, monotonic = () => performance.now(), timeoutMs = OUTBOUND_TIMEOUT_MS } = ports;
  const { ended = () => undefined } = ports;

  async function find(url: string, reach: Reach, deadline: AbortSignal): Promise<Found | OutboundRefusal> {
    const target = parseTarget(url);
    if ("kind" in target) return target;
    const refusal = refuseUnresolved(target, allow, reach);
    if (refusal !== undefined) return refusal;
    const addresses = isAddress(target) ? [target.host] : await before(deadline, resolve(target.host)).catch(() => []);
    if (deadline.aborted) return unresolved(target);
    return refuseAddresses(target, addresses, allow, reach) ?? { target, addresses };
  }

  async function sent({ url, reach = "public", method = "GET", headers = {}, body }: OutboundRequest) {
    const began = monotonic();
    const deadline = AbortSignal.timeout(timeoutMs);
    const found = await find(url, reach, deadline);
    if ("kind" in found) return found;
    const { ca } = ports;
    const asked: Exchange = { ...found, method, headers, ...(body !== undefined && { body }), ...(ca && { ca }) };
    return { ...(await exchange(asked, deadline)), ms: Math.round(monotonic() - began) };
  }

  return {
    async check(url, reach = "public") {
      const found = await find(url, reach, AbortSignal.timeout(timeoutMs));
      if (!("kind" in found)) return undefined;
      ended(found, url);
      return found;
    },
    async send(request) {
      const outcome = await sent(request);
      ended(outcome, request.url);
      return outcome;
    },
  };
}

interface Found {
  readonly target: Target;
  readonly addresses: readonly string[];
}

async function resolveAll(host: string): Promise<readonly string[]> {
  const found = await lookUp(host, { all: true });
  return found.map(({ address }) => address);
}

/** A look-up cannot be called off, but nobody has to wait for it. */
function before<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(deadline.reason);
    deadline.addEventListener("abort", give, { once: true });
    work.then(resolve, reject).finally(() => deadline.removeEventListener("abort", give));
  });
}
