/** Deliveries with what a server has. */
import { randomUUID } from "node:crypto";
import { changeAsSystem } from "../features/by-system.ts";
import type { Services } from "../features/services.ts";
import { giveUpWebhook } from "../features/webhooks/decide.ts";
import type { Log } from "../observe/log.ts";
import { SYSTEM_PROJECT } from "../store/port.ts";
import { createDeliveries, type Deliveries } from "./deliveries.ts";

export interface ServerDeliveryPorts {
  readonly log: Pick<Log, "error" | "warn">;
  /** At least 0 and below 1. */
  readonly random: () => number;
  readonly stopping: () => boolean;
}

export function deliveriesOf(services: Services, { log, random, stopping }: ServerDeliveryPorts): Deliveries {
  const { ledger, outbound, now, metrics, webhooks: store } = services;
  const known = () => ledger.system().webhooks;
  return createDeliveries({
    store,
    outbound,
    now,
    random,
    stopping,
    webhooks: () => [...known().values()].map(({ document }) => document),
    projects: () => ledger.projects(),
    enabled(id) {
      const webhook = known().get(id)?.document;
      return webhook?.enabled === true ? webhook : undefined;
    },
    epoch: () => ledger.epoch,
    head: (project) => ledger.state(project)?.revision ?? 0,
    follow: (project, revision, limit) => ledger.changesAfter(project, revision, limit),
    told: (result) => metrics.webhookDeliveries.add(result),
    newHolder: randomUUID,
    async giveUp(webhook, reason) {
      log.error({ webhook, reason }, "a webhook is disabled");
      const decide = (state: Parameters<typeof giveUpWebhook>[0]) => giveUpWebhook(state, webhook, reason);
      await changeAsSystem(services, SYSTEM_PROJECT, { decide, urgent: true });
    },
    failed: (webhook, error) => log.warn({ err: error, webhook }, "a webhook could not be sent to; it is tried again"),
  });
}
