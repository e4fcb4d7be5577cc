import type { EnvironmentName } from "@bannerol/admin-client";
import type { ChangeSetAnswer } from "@bannerol/protocol/schemas";
import { type Action, openSession, type Session } from "../call.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import type { Colours } from "../output/colour.ts";
import { stamp } from "../output/describe.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { targetingDiff } from "../output/targeting-diff.ts";
import { tell } from "../output/tell.ts";
import { differences } from "../output/touched.ts";
import { mayChange } from "../protection.ts";
import type { Words } from "../words.ts";

/** It looks first: what the dry run shows is what is asked about, and what `If-Match` holds the change to. */
export const promote: Action = async (call) => {
  const named = readFlags(call.words);
  const from = call.words.option("from") ?? "";
  const session = await openSession(call);
  const { promotion } = session.admin;
  const place = { project: session.project, environment: session.environment() };
  const flags = named.length > 0 ? named : await differing(session, place, from);
  if (flags.length === 0) return nothingToDo(place, from);
  const request = { from, flags: [...flags] };
  const tried = await promotion.promote(place, { ...request, dryRun: true });
  if (tried.body.items.length === 0) return { ...nothingToDo(place, from), document: tried.body };
  const title = `from ${printable(from)} to ${printable(place.environment)}`;
  if (call.words.has("dryRun")) {
    return { document: tried.body, text: (colours) => triedText(title, tried.body, colours) };
  }
  tell(call, (colours) => triedText(title, tried.body, colours));
  await mayChange(call, session, {
    what: `promote ${countOf(tried.body)} from ${from}`,
    environment: place.environment,
  });
  const { body } = await promotion.promote(place, { ...request, ...commentOf(call.words) }, { ifMatch: tried.etag });
  return {
    document: body,
    changed: { revision: body.revision, environment: place.environment },
    text: (colours) => `${countOf(body)} promoted ${title}\n${stamp(body, colours)}`,
  };
};

/** None where all that differ are meant. */
function readFlags(words: Words): readonly string[] {
  const flags = words.arguments("flags");
  if (flags.length > 0 && words.has("all")) throw new UsageError("--all takes every flag. Leave the names out, or it.");
  if (flags.length > 0 || words.has("all")) return [...new Set(flags)];
  throw new UsageError("Promote what? Name one flag or more, or --all for every flag that differs.");
}

async function differing({ admin }: Session, place: EnvironmentName, from: string): Promise<readonly string[]> {
  const { body } = await admin.promotion.diff(place, { from });
  return body.items.map(({ flag }) => flag);
}

function nothingToDo({ environment }: EnvironmentName, from: string): Output {
  return {
    document: { items: [] },
    text: () => `${printable(environment)} does the same as ${printable(from)} already, nothing was changed`,
  };
}

function triedText(title: string, { items }: ChangeSetAnswer, colours: Colours): string {
  const flags = items.map((item) => targetingDiff(item.flag ?? "", differences(item), colours));
  return [colours.dim(`${title} would change:`), ...flags].join("\n");
}

function countOf({ items }: ChangeSetAnswer): string {
  return items.length === 1 ? printable(items[0]?.flag ?? "") : `${items.length} flags`;
}
