import type { TargetingName } from "@bannerol/admin-client";
import { type Action, openSession, type Session } from "../call.ts";
import { commentOf } from "../comment.ts";
import { changedTargeting } from "../output/changed.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { tellRollout } from "../preview/ask.ts";
import { mayChange } from "../protection.ts";
import { readRollout } from "../rollout-words.ts";

/** Gives a variant to a share of users. It enables the flag only where it is told to, and says so where it is not. */
export const rollout: Action = async (call) => {
  const body = { ...readRollout(call.words, call.words.argument("percent")), ...commentOf(call.words) };
  const session = await openSession(call);
  const name = { project: session.project, flag: call.words.argument("flag"), environment: session.environment() };
  const { etag } = await session.admin.targeting.get(name);
  const what = `roll out ${name.flag} to ${body.percentage} %`;
  const shows = () => tellRollout(session, name, { rollout: body, enable: call.words.has("enable") });
  await mayChange(call, session, { what, environment: name.environment, shows });
  const changed = await session.admin.targeting.rollout(name, body, { ifMatch: etag });
  if (changed.body.enabled) return changedTargeting(name, changed.body);
  if (!call.words.has("enable")) return withReminder(changedTargeting(name, changed.body), name);
  return await enable(session, name, { comment: commentOf(call.words), ifMatch: changed.etag }).catch((error) => {
    call.io.stderr.write(`The rollout is made: revision ${changed.body.revision}. Enabling it failed.\n`);
    throw error;
  });
};

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
