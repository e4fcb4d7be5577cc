/** The keys of a segment's lists, whatever their length. */
import type { AdminClient, SegmentName } from "@bannerol/admin-client";
import type { ListPartName, SegmentKeysChanged } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import { openBytes } from "../input-file.ts";
import { stamp } from "../output/describe.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { mayChange } from "../protection.ts";

const PAGE = "10000";

export const print: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const items = await allKeys(admin, nameIn(call, project), listOf(call));
  return { document: { items }, text: () => items.map(printable).join("\n") };
};

/** A list's keys, page after page. */
export async function allKeys(
  admin: AdminClient,
  name: SegmentName,
  query: { readonly list?: ListPartName },
): Promise<string[]> {
  const items: string[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await admin.segments.keys(name, { ...query, limit: PAGE, ...(cursor !== undefined && { cursor }) });
    items.push(...page.body.items);
    cursor = page.body.nextCursor;
  }
  return items;
}

export const add: Action = (call) => edit(call, "add");
export const remove: Action = (call) => edit(call, "remove");

async function edit(call: Call, what: "add" | "remove"): Promise<Output> {
  const session = await openSession(call);
  const name = nameIn(call, session.project);
  const { etag: ifMatch } = await session.admin.segments.get(name);
  await mayChange(call, session, { what: `${what} keys of segment ${name.segment}` });
  const body = { ...listOf(call), [what]: [...call.words.list("key")], ...commentOf(call.words) };
  return changed(name.segment, (await session.admin.segments.editKeys(name, body, { ifMatch })).body);
}

export const replace: Action = async (call) => {
  const given = await openBytes(call.io, call.words.argument("file"));
  const session = await openSession(call);
  const lines = await atLeastOne(given, call);
  const name = nameIn(call, session.project);
  const { etag: ifMatch } = await session.admin.segments.get(name);
  await mayChange(call, session, { what: `replace keys of segment ${name.segment}` });
  const options = { ...listOf(call), ...commentOf(call.words), ifMatch };
  return changed(name.segment, (await session.admin.segments.replaceKeys(name, lines, options)).body);
};

/** Where a command before a pipe fails, nothing comes through it: a list is not emptied for that. */
async function atLeastOne(given: AsyncIterable<Uint8Array>, { words }: Call): Promise<AsyncIterable<Uint8Array>> {
  const bytes = given[Symbol.asyncIterator]();
  let first = await bytes.next();
  while (first.done !== true && first.value.length === 0) first = await bytes.next();
  if (first.done === true && !words.has("empty")) {
    const file = words.argument("file");
    const what = file === "-" ? "Standard input" : file;
    throw new UsageError(`${what} is empty, and the list would be too. Give --empty where that is meant.`);
  }
  return (async function* () {
    for (let next = first; next.done !== true; next = await bytes.next()) yield next.value;
  })();
}

function nameIn({ words }: Call, project: string) {
  return { project, segment: words.argument("segment") };
}

function listOf({ words }: Call): { readonly list?: ListPartName } {
  const list = words.option("list");
  return list === "included" || list === "excluded" ? { list } : {};
}

function changed(segment: string, body: SegmentKeysChanged): Output {
  return {
    document: body,
    changed: { revision: body.revision },
    text: (colours) =>
      `${colours.bold(printable(segment))} has ${body.count} keys ${body.list}\n${stamp(body, colours)}`,
  };
}
