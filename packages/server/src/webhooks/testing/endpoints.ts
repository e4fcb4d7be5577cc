/** Endpoints in memory, which answer as they are told, and a server that sends to them. */
import type { Outbound, OutboundOutcome, OutboundRequest } from "../../outbound/outbound.ts";
import { createHarness, field, type Harness, type HarnessOptions } from "../../testing/harness.ts";
import type { Deliveries } from "../deliveries.ts";
import { deliveriesOf } from "../for-server.ts";

export const HOOKS = "/api/v1/webhooks";
export const ok: OutboundOutcome = { kind: "answered", status: 204, body: "", isCut: false, ms: 1 };
export const answered = (status: number, more: { readonly retryAfter?: string } = {}): OutboundOutcome => ({
  kind: "answered",
  status,
  body: "secret of theirs",
  isCut: false,
  ms: 1,
  ...more,
});

export interface Endpoints {
  readonly outbound: Outbound;
  /** What came, in order. */
  readonly received: OutboundRequest[];
  /** What each address answers with from now on; 204 unless told. */
  readonly answers: Map<string, () => OutboundOutcome | Promise<OutboundOutcome>>;
}

export function endpoints(): Endpoints {
  const received: OutboundRequest[] = [];
  const answers: Endpoints["answers"] = new Map();
  const outbound: Outbound = {
    async check(url) {
      return url.includes("inside") ? { kind: "refused", reason: "not public", message: "It is inside." } : undefined;
    },
    async send(request) {
      received.push(request);
      return answers.get(request.url)?.() ?? ok;
    },
  };
  return { outbound, received, answers };
}

export interface Sending extends Endpoints {
  readonly api: Harness;
  readonly deliveries: Deliveries;
  /** Makes a webhook and answers with it. */
  readonly make: (body?: object) => Promise<{ readonly id: string; readonly secret: string; readonly url: string }>;
  /** Sends what is due, all of it. */
  readonly send: () => Promise<void>;
  /** The revisions that an address has got, in order. */
  readonly revisions: (url?: string) => readonly unknown[];
  readonly show: (id: string) => Promise<unknown>;
}

export const URL_A = "https://a.example/hook";

export async function sending(options: HarnessOptions = {}): Promise<Sending> {
  const ends = endpoints();
  const api = await createHarness({ ...options, outbound: ends.outbound });
  const log = { warn: () => undefined, error: (_: unknown, text?: string) => void api.lines.push(String(text)) };
  const deliveries = deliveriesOf(api.services, { log, random: () => 0.5, stopping: () => false });
  return {
    ...ends,
    api,
    deliveries,
    async make(body = {}) {
      const made = await api.ask(`POST ${HOOKS}`, { body: { url: URL_A, project: "default", ...body } });
      if (made.status !== 201) throw new Error(made.text);
      return Object(made.body);
    },
    async send() {
      await deliveries.round();
      await deliveries.idle();
    },
    revisions: (url = URL_A) =>
      ends.received
        .filter((request) => request.url === url)
        .map(({ body = "" }) => field(JSON.parse(body), "data", "revision")),
    show: async (id) => (await api.ask(`GET ${HOOKS}/${id}`)).body,
  };
}
