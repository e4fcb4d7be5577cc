import type { TargetingName } from "@bannerol/admin-client";
import type { ScheduleChanged, ScheduleCreate, ScheduleForm } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession, type Session } from "../call.ts";
import { commentOf } from "../comment.ts";
import { readObject } from "../context.ts";
import { UsageError } from "../errors.ts";
import { readInstant } from "../instant.ts";
import type { Colours } from "../output/colour.ts";
import { stamp } from "../output/describe.ts";
import { oneLine, printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { rolledOut } from "../preview/rolled-out.ts";
import { mayChange } from "../protection.ts";
import { readRollout } from "../rollout-words.ts";

/** What is typed is decided now: a later change of the flag's variants is the server's to find out, when the time comes. */
export const add: Action = async (call) => {
  const at = readInstant(call.words.option("at") ?? "", "--at");
  const asked = readWork(call);
  const session = await openSession(call);
  const name = nameOf(call, session);
  const work = typeof asked === "function" ? await asked(session, name) : asked;
  await mayChange(call, session, { what: `change ${name.flag} at ${at}`, environment: name.environment });
  const { body } = await session.admin.schedules.create(name, { at, ...work, ...commentOf(call.words) });
  return { document: body, text: (colours) => addedText(name, body, colours) };
};

export const list: Action = async (call) => {
  const session = await openSession(call);
  const name = nameOf(call, session);
  const { items } = (await session.admin.schedules.list(name)).body;
  return {
    document: { items },
    text: (colours) => (items.length === 0 ? "" : scheduleTable(items, colours)),
    ...(items.length === 0 && {
      notes: [`Nothing waits for ${printable(name.flag)} in ${printable(name.environment)}.`],
    }),
  };
};

export const cancel: Action = async (call) => {
  const session = await openSession(call);
  const name = nameOf(call, session);
  const id = call.words.argument("id");
  await mayChange(call, session, { what: `cancel ${id}`, environment: name.environment });
  const { body } = await session.admin.schedules.delete(name, id, commentOf(call.words));
  return { document: body, text: (colours) => `${colours.bold(printable(id))} cancelled\n${stamp(body, colours)}` };
};

function nameOf({ words }: Call, session: Session): TargetingName {
  return { project: session.project, flag: words.argument("flag"), environment: session.environment() };
}

type Work = { change: Extract<ScheduleCreate, { change: unknown }>["change"] } | { kill: true };
/** A percentage becomes weights by what the flag serves now. */
type Asking = (session: Session, name: TargetingName) => Promise<Work>;

function readWork({ words }: Call): Work | Asking {
  const [percent, change] = [words.option("percent"), words.option("change")];
  const enabled = words.has("enable") ? true : words.has("disable") ? false : undefined;
  const named = [percent !== undefined, change !== undefined, words.has("kill")].filter(Boolean).length;
  if (words.has("enable") && words.has("disable")) throw new UsageError("--enable and --disable: one of them.");
  if (named > 1 || (named === 1 && percent === undefined && enabled !== undefined))
    throw new UsageError(
      "One of --enable or --disable, --percent, --change and --kill; --percent and --enable go together.",
    );
  if (words.has("kill")) return { kill: true };
  if (change !== undefined) return { change: readObject(change, "--change", `'{"enabled":true}'`) };
  const switched = enabled === undefined ? {} : { enabled };
  if (percent !== undefined) return percentAsked(words, percent, switched);
  if (enabled !== undefined) return { change: switched };
  throw new UsageError(
    "What shall happen then? Name --enable, --disable, --percent, --change or --kill. A release: bannerol rollout FLAG --steps 1,5,25,50,100 --at …",
  );
}

function percentAsked(words: Call["words"], percent: string, switched: { readonly enabled?: boolean }): Asking {
  const rollout = readRollout(words, percent);
  return async ({ admin }, name) => {
    const [flag, targeting] = await Promise.all([admin.flags.get(name), admin.targeting.get(name)]);
    const fallthrough = rolledOut(flag.body, targeting.body, rollout);
    if (fallthrough === undefined)
      throw new UsageError(
        `Which variant rolls out? Name it with --variant; ${targeting.body.off} is the off variant.`,
      );
    return { change: { ...switched, fallthrough } };
  };
}

function addedText(name: TargetingName, schedule: ScheduleChanged, colours: Colours): string {
  const where = `${colours.bold(printable(name.flag))} in ${printable(name.environment)}`;
  return `${where}: ${whatOf(schedule)} at ${when(schedule.at)}, as ${printable(schedule.id)}\n${stamp(schedule, colours)}`;
}

function scheduleTable(schedules: readonly ScheduleForm[], colours: Colours): string {
  const head = ["ID", "WHEN (UTC)", "WHAT", "WHO", "COMMENT"].map((cell) => colours.dim(cell));
  const rows = schedules.map((one) => [
    printable(one.id),
    when(one.at),
    whatOf(one),
    printable(one.by),
    printable(one.comment ?? ""),
  ]);
  return table([head, ...rows]);
}

function when(at: string): string {
  return `${at.slice(0, 19).replace("T", " ")} UTC`;
}

function whatOf({ change = {}, kill, release }: ScheduleForm): string {
  if (kill === true) return "kill";
  if (release !== undefined)
    return `release in steps of ${release.steps.map(({ percentage }) => percentage).join(", ")} %`;
  const { enabled, ...rest } = change;
  const switched = enabled === undefined ? [] : [enabled === true ? "enable" : "disable"];
  return [...switched, ...Object.entries(rest).map(([field, value]) => `${field} ${oneLine(value)}`)].join(", ");
}
