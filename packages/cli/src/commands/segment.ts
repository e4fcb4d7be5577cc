import type { SegmentCreate, SegmentForm } from "@bannerol/protocol/schemas";
import { type Action, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { readObject } from "../context.ts";
import type { Colours } from "../output/colour.ts";
import { stamp } from "../output/describe.ts";
import { oneLine, printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { collect } from "../pages.ts";
import { mayChange } from "../protection.ts";
import type { Words } from "../words.ts";

export const create: Action = async (call) => {
  const request = readSegment(call.words);
  const { admin, project } = await openSession(call);
  const { body } = await admin.segments.create(project, request);
  return {
    document: body,
    changed: { revision: body.revision },
    text: (colours) => `${colours.bold(printable(body.key))} created\n${stamp(body, colours)}`,
  };
};

export const list: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const { items } = await collect((page) => admin.segments.list(project, page));
  const head = ["SEGMENT", "NAME", "IN", "OUT", "DESCRIPTION"];
  return {
    document: { items },
    text: (colours) =>
      items.length === 0
        ? ""
        : table([
            head.map((cell) => colours.dim(cell)),
            ...items.map(({ key, name, includedCount, excludedCount, description }) => [
              colours.bold(printable(key)),
              printable(name),
              String(includedCount),
              String(excludedCount),
              printable(description),
            ]),
          ]),
    ...(items.length === 0 && { notes: ["No segments. Make one: bannerol segment create staff --include u1"] }),
  };
};

export const show: Action = async (call) => {
  const { admin, project } = await openSession(call);
  const { body } = await admin.segments.get({ project, segment: call.words.argument("segment") });
  return { document: body, text: (colours) => segmentPage(body, colours) };
};

export const remove: Action = async (call) => {
  const session = await openSession(call);
  const { admin, project } = session;
  const name = { project, segment: call.words.argument("segment") };
  const { etag: ifMatch } = await admin.segments.get(name);
  await mayChange(call, session, { what: `delete segment ${name.segment}` });
  const { body } = await admin.segments.delete(name, commentOf(call.words), { ifMatch });
  return {
    document: body,
    changed: { revision: body.revision },
    text: (colours) => `${colours.bold(printable(name.segment))} deleted\n${stamp(body, colours)}`,
  };
};

function readSegment(words: Words): SegmentCreate {
  const [name, description, by] = [words.option("name"), words.option("description"), words.option("by")];
  const when = words.option("when");
  return {
    key: words.argument("segment"),
    included: [...words.list("include")],
    excluded: [...words.list("exclude")],
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(by !== undefined && { by }),
    ...(when !== undefined && { when: readCondition(when) }),
    ...commentOf(words),
  };
}

/** Any JSON object goes; whether it is a condition is for the server to say, place by place. */
function readCondition(text: string): NonNullable<SegmentCreate["when"]> {
  const example = `'{"attribute":"plan","op":"in","values":["pro"]}'`;
  return readObject(text, "--when", example) as NonNullable<SegmentCreate["when"]>;
}

/** Long lists are told by their beginning. */
const SHOWN = 10;

function segmentPage(segment: SegmentForm, colours: Colours): string {
  const facts = [
    ["name", printable(segment.name)],
    ["in", keysLine(segment, "included")],
    ["out", keysLine(segment, "excluded")],
    ["by", printable(segment.by ?? "targetingKey")],
    ["otherwise", segment.when === null ? "out" : oneLine(segment.when)],
    ["revision", String(segment.revision)],
  ].filter(([, value]) => value !== "");
  const about = segment.description === "" ? "" : `  ${printable(segment.description)}`;
  return `${colours.bold(printable(segment.key))}${about}\n\n${table(facts)}`;
}

function keysLine(segment: SegmentForm, list: "included" | "excluded"): string {
  const keys = segment[list];
  const option = list === "excluded" ? " --list excluded" : "";
  if ("list" in keys) return `${keys.count} keys: bannerol segment keys ${printable(segment.key)}${option}`;
  const more = keys.length > SHOWN ? `, … (${keys.length} in all)` : "";
  return `${keys.slice(0, SHOWN).map(printable).join(", ")}${more}`;
}
