import { type Action, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { changedTargeting } from "../output/changed.ts";

/** Off, now. It asks nothing and minds nobody who was faster: an emergency has no time for either. */
export const kill: Action = async (call) => {
  const session = await openSession(call);
  const name = { project: session.project, flag: call.words.argument("flag"), environment: session.environment() };
  const { body } = await session.admin.targeting.kill(name, commentOf(call.words));
  return changedTargeting(name, body);
};
