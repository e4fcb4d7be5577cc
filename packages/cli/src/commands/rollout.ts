import type { TargetingName } from "@bannerol/admin-client";
import { type Action, openSession, type Session } from "../call.ts";
import { commentOf } from "../comment.ts";
import { UsageError } from "../errors.ts";
import { changedTargeting } from "../output/changed.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { onWhatWasRead } from "../overtaken.ts";
import { tellRollout } from "../preview/ask.ts";
import { mayChange } from "../protection.ts";
import { readRollout } from "../rollout-words.ts";
import type { Words } from "../words.ts";

/** Gives a variant to a share of users. It enables the flag only where it is told to, and says so where it is not. */
export const rollout: Action = async (call) => {
  const percent = call.words.argument("percent");
  if (call.words.option("steps") !== undefined) {
    if (percent !== "") throw new UsageError("A percent, or --steps: one of them.");
    return (await import("./release.ts")).startRelease(call);
  }
  refuseLoose(call.words, percent);
  const body = { ...readRollout(call.words, percent), ...commentOf(call.words) };
  const session = await openSession(call);
  const name = { project: session.project, flag: call.words.argument("flag"), environment: session.environment() };
  const { body: read, etag } = await session.admin.targeting.get(name);
  const what = `roll out ${name.flag} to ${body.percentage} %`;
  const shows = () => tellRollout(session, name, { rollout: body, enable: call.words.has("enable") });
  await mayChange(call, session, { what, environment: name.environment, shows });
  const change = session.admin.targeting.rollout(name, body, { ifMatch: etag });
  const changed = await onWhatWasRead(session, name, { read, change });
  if (changed.body.enabled) return changedTargeting(name, changed.body);
  if (!call.words.has("enable")) return withReminder(changedTargeting(name, changed.body), name);
  return await enable(session, name, { comment: commentOf(call.words), ifMatch: changed.etag }).catch((error) => {
    call.io.stderr.write(`The rollout is made: revision ${changed.body.revision}. Enabling it failed.\n`);
    throw error;
  });
};

const ofSteps = ["every", "segment", "at", "onBreach", "onInconclusive", "maxHold"];

/** What was typed for a release and not meant for a rollout would be passed over. */
function refuseLoose(words: Words, percent: string): void {
  const named = ofSteps.find((name) => words.option(name) !== undefined);
  if (named !== undefined || words.has("watch") || words.list("guard").length > 0 || words.list("approval").length > 0)
    throw new UsageError(
      "--every, --guard, --watch and the like are for a release. Name its --steps, like --steps 1,5,25,50,100.",
    );
  if (percent === "") throw new UsageError("How far? Give a percent, like 25, or --steps 1,5,25,50,100 for a release.");
}

/** After the rollout, so that nobody outside the share gets the variant in between. */
async function enable(
  { admin }: Session,
  name: TargetingName,
  { comment, ifMatch }: { comment: { comment?: string }; ifMatch: string | undefined },
): Promise<Output> {
  const { body } = await admin.targeting.enable(name, comment, { ifMatch });
  return changedTargeting(name, body);
}

function withReminder(output: Output, { flag, environment }: TargetingName): Output {
  const [key, place] = [printable(flag), printable(environment)];
  const note = `${key} is disabled in ${place}, so nobody gets it yet: bannerol flag enable ${key} --env ${place}`;
  return { ...output, notes: [note] };
}
