import type { BrokenInvariant } from "@bannerol/protocol/schemas";
import { type Action, openSession } from "../call.ts";
import { commentOf } from "../comment.ts";
import { changedTargeting } from "../output/changed.ts";
import { printable } from "../output/printable.ts";

/** Off, now. It asks nothing and minds nobody who was faster: an emergency has no time for either. */
export const kill: Action = async (call) => {
  const session = await openSession(call);
  const name = { project: session.project, flag: call.words.argument("flag"), environment: session.environment() };
  const { body } = await session.admin.targeting.kill(name, commentOf(call.words));
  return { ...changedTargeting(name, body), notes: (body.broken ?? []).map(brokenNote) };
};

function brokenNote({ message }: BrokenInvariant): string {
  return `warning: an invariant is broken now: ${printable(message)}`;
}
