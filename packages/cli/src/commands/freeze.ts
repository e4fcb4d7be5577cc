import type { FreezeForm } from "@bannerol/protocol/schemas";
import { type Action, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { readInstant } from "../instant.ts";
import type { Colours } from "../output/colour.ts";
import { stamp } from "../output/describe.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { minuteOf } from "../output/when.ts";
import { collect } from "../pages.ts";
import { mayChange } from "../protection.ts";

export const add: Action = async (call) => {
  const { words } = call;
  const [from, reason] = [words.option("from"), words.option("reason")];
  const until = readInstant(words.option("until") ?? "", "--until");
  const session = await openSession(call);
  const place = { project: session.project, environment: session.environment() };
  const { body } = await session.admin.freezes.create(place, {
    key: words.argument("key"),
    ...(from !== undefined && { from: readInstant(from, "--from") }),
    until,
    ...(reason !== undefined && { reason }),
    ...commentOf(words),
  });
  return {
    document: body,
    text: (colours) =>
      `${printable(place.environment)} ${body.active ? "is" : "will be"} frozen, ${spanOf(body)}: only kills pass\n${stamp(body, colours)}`,
  };
};

export const list: Action = async (call) => {
  const session = await openSession(call);
  const place = { project: session.project, environment: session.environment() };
  const { items } = await collect((page) => session.admin.freezes.list(place, page));
  return {
    document: { items },
    text: (colours) => (items.length === 0 ? "" : freezeTable(items, colours)),
    ...(items.length === 0 && { notes: [`${printable(place.environment)} has no freezes.`] }),
  };
};

export const end: Action = async (call) => {
  const session = await openSession(call);
  const place = { project: session.project, environment: session.environment() };
  const key = call.words.argument("key");
  await mayChange(call, session, { what: `end the freeze ${key}`, environment: place.environment });
  const { body } = await session.admin.freezes.end(place, key, commentOf(call.words));
  return { document: body, text: (colours) => `The freeze ${printable(key)} is over\n${stamp(body, colours)}` };
};

function freezeTable(items: readonly FreezeForm[], colours: Colours): string {
  return table([
    ["FREEZE", "NOW", "FROM, UNTIL (UTC)", "REASON"].map((cell) => colours.dim(cell)),
    ...items.map((freeze) => [
      colours.bold(printable(freeze.key)),
      freeze.active ? colours.yellow("frozen") : "no",
      spanOf(freeze),
      printable(freeze.reason),
    ]),
  ]);
}

function spanOf({ from, until }: Pick<FreezeForm, "from" | "until">): string {
  return `${minuteOf(from)} to ${minuteOf(until)}`;
}
