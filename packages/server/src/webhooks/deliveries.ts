/** Looks for endpoints that have something to get, takes those that no other node has, and sends. */
import { startTicking, type Ticking, type TickingPorts } from "../jobs/ticking.ts";
import type { WebhookDocument } from "../state/documents.ts";
import { SYSTEM_PROJECT } from "../store/port.ts";
import { TERM_MS, type WebhookCursor } from "../store/webhook-store.ts";
import { type DeliveryPorts, deliver, isBehind } from "./delivery.ts";
import { concerns } from "./message.ts";

/** So many endpoints are sent to at once: one that hangs holds its own place for 5 s, and nobody else's. */
const ENDPOINTS_AT_ONCE = 16;

export interface DeliveriesPorts extends DeliveryPorts {
  readonly webhooks: () => readonly WebhookDocument[];
  readonly projects: () => readonly string[];
  /** A random text for each hold. */
  readonly newHolder: () => string;
  readonly failed: (webhook: string, error: unknown) => void;
}

export interface Deliveries {
  /** One look; resolves once what is due was begun. */
  readonly round: () => Promise<void>;
  /** Resolves once nothing that was begun is under way. */
  readonly idle: () => Promise<void>;
}

export function createDeliveries(ports: DeliveriesPorts): Deliveries {
  const { store, now, newHolder } = ports;
  const running = new Map<string, Promise<void>>();

  const begin = (webhook: string, holder: string): void => {
    const claim = { webhook, holder };
    const work = deliver(claim, projectsOf(webhook, ports), ports)
      .then(() => store.release(claim))
      // The hold ends by itself, and so does the fault, perhaps.
      .catch((error: unknown) => ports.failed(webhook, error))
      .finally(() => running.delete(webhook));
    running.set(webhook, work);
  };

  return {
    async round() {
      const enabled = ports.webhooks().filter(({ id, enabled }) => enabled && !running.has(id));
      if (enabled.length === 0) return;
      const cursors = await store.cursors();
      let waiting = enabled.filter(({ id }) => hasWork(id, cursors, ports)).map(({ id }) => id);
      while (waiting.length > 0 && running.size < ENDPOINTS_AT_ONCE && !ports.stopping()) {
        const holder = newHolder();
        const taken = await store.claim(waiting, { holder, at: now(), until: now() + TERM_MS });
        if (taken === undefined) return;
        waiting = waiting.filter((id) => id !== taken);
        begin(taken, holder);
      }
    },
    async idle() {
      await Promise.all(running.values());
    },
  };
}

function hasWork(webhook: string, cursors: readonly WebhookCursor[], ports: DeliveriesPorts): boolean {
  return projectsOf(webhook, ports).some((project) => {
    const cursor = cursors.find((each) => each.webhook === webhook && each.project === project);
    return (cursor?.dueAt ?? 0) <= ports.now() && isBehind(cursor, ports, project);
  });
}

function projectsOf(webhook: string, { enabled, projects }: DeliveriesPorts): readonly string[] {
  const document = enabled(webhook);
  return document === undefined ? [] : [SYSTEM_PROJECT, ...projects()].filter((project) => concerns(document, project));
}

/** The same, over and over, and at every change; `stop` resolves once what was begun has ended. */
export function startDeliveries(deliveries: Deliveries, ports: TickingPorts): Ticking {
  const ticking = startTicking("what webhooks are owed", deliveries.round, ports);
  return {
    now: ticking.now,
    async stop() {
      await ticking.stop();
      await deliveries.idle();
    },
  };
}
