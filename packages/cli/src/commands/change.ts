import type { ChangeForm, ChangeSet } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { CliError, UsageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { readJson } from "../input-file.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { differenceLines, onlyEnvironment, touchedOutput } from "../output/touched.ts";
import { mayChange } from "../protection.ts";

/** It looks first: what the dry run shows is what is asked about, and what `If-Match` holds the change to. */
export const apply: Action = async (call) => {
  const set = await readChangeSet(call);
  const session = await openSession(call);
  const { admin, project } = session;
  const what = `apply ${printable(call.words.argument("file"))}`;
  const tried = await admin.history.apply(project, { ...set, dryRun: true });
  if (call.words.has("dryRun") || tried.body.items.length === 0) return touchedOutput(tried.body, what);
  const environment = onlyEnvironment(tried.body);
  await mayChange(call, session, { what, ...(environment !== undefined && { environment }) });
  const { body } = await admin.history.apply(project, { ...set, ...commentOf(call.words) }, { ifMatch: tried.etag });
  return touchedOutput(body, what);
};

export const show: Action = async (call) => {
  const revision = readRevision(call.words.argument("revision"));
  const { admin, project } = await openSession(call);
  const { body } = await admin.history.changes(project, {
    since: String(revision - 1),
    until: String(revision + 1),
    limit: "1",
  });
  const [change] = body.items;
  if (change === undefined) {
    throw new CliError(`The project ${project} has no revision ${revision}: the newest is ${body.revision}.`, {
      code: "not_found",
      exitCode: ExitCode.notFound,
    });
  }
  return { document: change, text: (colours) => changePage(change, colours) };
};

function readRevision(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(
    `A revision is a whole number from 1 on, not ${JSON.stringify(text)}. \`bannerol log\` lists them.`,
  );
}

function changePage(change: ChangeForm, colours: Colours): string {
  const { revision, at, actor, action, comment, requestId, items, hash } = change;
  const about = `${printable(action)} by ${printable(actor.name)}, ${at.slice(0, 19).replace("T", " ")} UTC`;
  return [
    `${colours.bold(`revision ${revision}`)}  ${about}`,
    ...(comment === undefined ? [] : [printable(comment)]),
    ...(items.length === 0 ? [] : ["", ...items.map((item) => differenceLines(item, colours))]),
    "",
    ...(requestId === undefined ? [] : [colours.dim(`request ${printable(requestId)}`)]),
    colours.dim(`hash ${hash}`),
  ].join("\n");
}

/** `-` is what is piped in. The file holds what `POST changes` takes, or its items alone. */
async function readChangeSet(call: Call): Promise<ChangeSet> {
  const file = call.words.argument("file");
  const document = await readJson(call.io, file);
  if (Array.isArray(document)) return { items: document };
  if (typeof document === "object" && document !== null && "items" in document && Array.isArray(document.items)) {
    return { ...document, items: document.items };
  }
  throw new UsageError(`${file} holds no change set: {"items": [{"flag": …, "environment": …, "after": {…}}, …]}.`);
}
