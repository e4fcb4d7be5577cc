import type { ReleaseMove, TargetingName } from "@bannerol/admin-client";
import type { ReleaseChanged, VerdictList } from "@bannerol/protocol/schemas";
import { type Action, type Call, openSession, type Session } from "../call.ts";
import { commentOf } from "../comment.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Colours } from "../output/colour.ts";
import { stamp } from "../output/describe.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import { tell } from "../output/tell.ts";
import { mayChange } from "../protection.ts";
import { forecastText } from "../release/forecast.ts";
import { releaseLine, releasePicture } from "../release/picture.ts";
import { watchRelease } from "../release/watch.ts";
import { readRelease } from "../release/words.ts";

/** `rollout --steps`: the server goes on by itself from here. */
export async function startRelease(call: Call): Promise<Output> {
  const body = { ...readRelease(call.words), ...commentOf(call.words) };
  const session = await openSession(call);
  const name = nameOf(call, session);
  const to = body.steps.map(({ percentage }) => percentage).join(", ");
  if (body.guards?.length && !call.json) {
    const { body: forecast } = await session.admin.releases.preview(name, body);
    tell(call, (colours) => forecastText(forecast, body, colours));
  }
  await mayChange(call, session, { what: `release ${name.flag} in steps of ${to} %`, environment: name.environment });
  const started = await session.admin.releases.start(name, body);
  return call.words.has("watch") ? watchRelease(call, session, name) : changedOutput(name, started.body);
}

export const list: Action = async (call) => {
  const session = await openSession(call);
  const environment = session.environment();
  const { items } = (await session.admin.releases.list({ project: session.project, environment })).body;
  return {
    document: { items },
    text: () => table(items.map((one) => [printable(one.flag), printable(one.id), releaseLine(one)])),
    ...(items.length === 0 && {
      notes: [`No release in ${printable(environment)}. Start one: bannerol rollout FLAG --steps 1,5,25,50,100`],
    }),
  };
};

export const show: Action = async (call) => {
  const session = await openSession(call);
  const name = nameOf(call, session);
  if (call.words.has("watch")) return watchRelease(call, session, name);
  const { body } = await session.admin.releases.get(name);
  return { document: body, text: (colours) => releasePicture(name, body, colours) };
};

/** Asked about where the environment is protected, and done to the release as it was read; not what has no time for it. */
const move =
  (verb: ReleaseMove, asks: boolean): Action =>
  async (call) => {
    const session = await openSession(call);
    const name = nameOf(call, session);
    const read = asks ? await session.admin.releases.get(name) : undefined;
    if (asks) await mayChange(call, session, { what: `${verb} the release`, environment: name.environment });
    const { body } = await session.admin.releases.move(name, verb, commentOf(call.words), { ifMatch: read?.etag });
    return changedOutput(name, body);
  };

export const pause = move("pause", false);
export const resume = move("resume", true);
export const approve = move("approve", true);
export const advance = move("advance", true);
export const abort = move("abort", false);
export const rollback = move("rollback", false);

/** What the judge said and of what numbers, each asked again: the same answer proves that nothing was left out. */
export const explain: Action = async (call) => {
  const session = await openSession(call);
  const name = nameOf(call, session);
  const { body } = await session.admin.releases.verdicts(name);
  const differs = body.items.some(({ same }) => !same);
  return {
    document: body,
    text: (colours) => verdictText(body, colours),
    ...(body.items.length === 0 && { notes: ["Nothing was judged yet."] }),
    ...(differs && { exitCode: ExitCode.invalid }),
  };
};

function nameOf({ words }: Call, session: Session): TargetingName {
  return { project: session.project, flag: words.argument("flag"), environment: session.environment() };
}

function changedOutput(name: TargetingName, body: ReleaseChanged): Output {
  const { revision } = body;
  return {
    document: body,
    changed: { revision, environment: name.environment },
    text: (colours) => `${releasePicture(name, body, colours)}\n${stamp(body, colours)}`,
    notes: (body.broken ?? []).map(({ message }) => `warning: an invariant is broken now: ${printable(message)}`),
  };
}

function verdictText({ release, items }: VerdictList, colours: Colours): string {
  const rows = [...items]
    .reverse()
    .map(({ at, step, verdict, same, did }) => [
      `${at.slice(0, 19).replace("T", " ")} UTC`,
      `step ${step + 1}`,
      verdict.verdict,
      same ? colours.green("replays") : colours.red("does not replay"),
      did === undefined ? "" : colours.bold(did),
      printable(verdict.says),
    ]);
  return items.length === 0 ? "" : `release ${colours.bold(printable(release))}\n${table(rows)}`;
}
