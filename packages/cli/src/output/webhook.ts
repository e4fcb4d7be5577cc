import type { WebhookDelivery, WebhookForm } from "@bannerol/protocol/schemas";
import { scopeOf } from "../reach.ts";
import type { Colours } from "./colour.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";
import { secondOf } from "./when.ts";

export function webhookTable(webhooks: readonly WebhookForm[], colours: Colours): string {
  return table([
    ["ID", "NAME", "ADDRESS", "HEARS OF", "EVENTS", "STATE"].map((cell) => colours.dim(cell)),
    ...webhooks.map((webhook) => [
      colours.bold(webhook.id),
      printable(webhook.name),
      printable(webhook.url),
      scopeOf(webhook),
      webhook.events.map(printable).join(", "),
      stateOf(webhook, colours),
    ]),
  ]);
}

/** One webhook, and how far each project's changes have come to it. */
export function webhookPage(webhook: WebhookForm, colours: Colours): string {
  const { id, name, url, events, disabledBecause, createdAt, rotatedAt, deliveries } = webhook;
  const facts = [
    ["name", printable(name)],
    ["address", printable(url)],
    ["hears of", scopeOf(webhook)],
    ["events", events.map(printable).join(", ")],
    ["made", `${secondOf(createdAt)} UTC`],
    ["rotated", rotatedAt === undefined ? "" : `${secondOf(rotatedAt)} UTC`],
    ["disabled", printable(disabledBecause ?? "")],
  ].filter(([, value]) => value !== "");
  const delivered = deliveries.length === 0 ? [] : ["", deliveryTable(deliveries, colours)];
  return [`${colours.bold(id)}  ${stateOf(webhook, colours)}`, table(facts), ...delivered].join("\n");
}

export function stateOf({ enabled, deliveries }: WebhookForm, colours: Colours): string {
  if (!enabled) return colours.yellow("disabled");
  return deliveries.some(({ failures }) => failures > 0) ? colours.red("failing") : colours.green("enabled");
}

function deliveryTable(deliveries: readonly WebhookDelivery[], colours: Colours): string {
  return table([
    ["PROJECT", "DONE UP TO", "LAST TRY (UTC)", "CAME TO", "FAILED", "AGAIN AT (UTC)"].map((cell) => colours.dim(cell)),
    ...deliveries.map(({ project, revision, lastAt, lastOutcome, failures, dueAt }) => [
      project === "_system" ? "the installation" : printable(project),
      `revision ${revision}`,
      lastAt === undefined ? "none yet" : secondOf(lastAt),
      printable(lastOutcome ?? ""),
      failures === 0 ? "" : colours.red(`${failures} time${failures === 1 ? "" : "s"}`),
      dueAt === undefined ? "" : secondOf(dueAt),
    ]),
  ]);
}
