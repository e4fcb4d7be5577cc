import type { WebhookPatch, WebhookSecret } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { stamp } from "../output/describe.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { stateOf, webhookPage, webhookTable } from "../output/webhook.ts";
import { collect } from "../pages.ts";
import { scopeOf, typedReach } from "../reach.ts";
import { inHours, readOverlap } from "../rotation.ts";

/** The secret alone on standard output, so that a script can take it. */
export const create: Action = async (call) => {
  const { words } = call;
  const { admin } = await openSession(call);
  const body = { url: words.argument("address"), ...fieldsOf(call), ...typedReach(words), ...commentOf(words) };
  const { body: made } = await admin.webhooks.create(body);
  const told = `Webhook ${made.id} hears of ${scopeOf(made)}: ${made.events.map(printable).join(", ")}.`;
  return secretOutput(made, [told, `See whether it arrives: bannerol webhook test ${made.id}`]);
};

export const list: Action = async (call) => {
  const { admin } = await openSession(call);
  const { items } = await collect((page) => admin.webhooks.list(page));
  return {
    document: { items },
    text: (colours) => (items.length === 0 ? "" : webhookTable(items, colours)),
    ...(items.length === 0 && {
      notes: ["No webhooks. Make one: bannerol webhook create https://hooks.example.com/flags --project default"],
    }),
  };
};

export const show: Action = async (call) => {
  const { admin } = await openSession(call);
  const { body } = await admin.webhooks.get(call.words.argument("id"));
  return { document: body, text: (colours) => webhookPage(body, colours) };
};

export const update: Action = async (call) => {
  const url = call.words.option("address");
  const fields = { ...(url !== undefined && { url }), ...fieldsOf(call) };
  if (Object.keys(fields).length === 0) throw new UsageError("Say what changes: --address, --name or --event.");
  return await patch(call, fields);
};

export const enable: Action = (call) => patch(call, { enabled: true });
export const disable: Action = (call) => patch(call, { enabled: false });

export const remove: Action = async (call) => {
  const { admin } = await openSession(call);
  const id = call.words.argument("id");
  const { body } = await admin.webhooks.delete(id, commentOf(call.words));
  return {
    document: body,
    text: (colours) => `Webhook ${colours.bold(printable(id))} deleted.\n${stamp(body, colours)}`,
  };
};

/** What does not arrive is no success. */
export const test: Action = async (call) => {
  const { admin } = await openSession(call);
  const { body } = await admin.webhooks.test(call.words.argument("id"));
  const { delivered, message, ms } = body;
  return {
    document: body,
    text: (colours) => {
      const came = delivered ? colours.green("delivered") : colours.red("not delivered");
      return `${came}${ms === undefined ? "" : ` after ${ms} ms`}: ${printable(message)}`;
    },
    exitCode: delivered ? ExitCode.done : ExitCode.refused,
  };
};

export const replay: Action = async (call) => {
  const { words } = call;
  const from = readRevision(words.option("from") ?? "");
  const project = words.option("project");
  const { admin } = await openSession(call);
  const { body } = await admin.webhooks.replay(words.argument("id"), {
    from,
    ...(project !== undefined && { project }),
  });
  const place = project ?? body.project ?? "";
  return {
    document: body,
    text: (colours) =>
      `${colours.bold(body.id)} is sent the changes of ${printable(place)} again, from revision ${from}.`,
    ...(!body.enabled && { notes: [`It is disabled, so nothing leaves yet: bannerol webhook enable ${body.id}`] }),
  };
};

/** The new secret alone on standard output. */
export const rotate: Action = async (call) => {
  const overlapMs = readOverlap(call.words, inHours);
  const overlapHours = overlapMs / inHours.unitMs;
  const { admin } = await openSession(call);
  const { body } = await admin.webhooks.rotate(call.words.argument("id"), { overlapHours, ...commentOf(call.words) });
  const both = `For ${overlapHours} h bodies are signed with the old secret too: have the new one there by then.`;
  return secretOutput(body, [overlapHours === 0 ? "The old secret signs nothing any more." : both]);
};

function secretOutput(webhook: WebhookSecret, notes: readonly string[]): Output {
  const shown = "This secret, which its bodies are signed with, is shown this once: keep it now.";
  return { document: webhook, text: () => webhook.secret, notes: [shown, ...notes] };
}

async function patch(call: Call, fields: WebhookPatch): Promise<Output> {
  const { admin } = await openSession(call);
  const id = call.words.argument("id");
  const { etag: ifMatch } = await admin.webhooks.get(id);
  const { body } = await admin.webhooks.update(id, { ...fields, ...commentOf(call.words) }, { ifMatch });
  return {
    document: body,
    text: (colours) =>
      `${colours.bold(body.id)} ${printable(body.url)} ${stateOf(body, colours)}\n${stamp(body, colours)}`,
  };
}

function fieldsOf({ words }: Call): Pick<WebhookPatch, "name" | "events"> {
  const [name, events] = [words.option("name"), words.list("event")];
  return { ...(name !== undefined && { name }), ...(events.length > 0 && { events: [...events] }) };
}

function readRevision(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(
    `--from is the revision of the first change to send again, like 41, not ${JSON.stringify(text)}.`,
  );
}
