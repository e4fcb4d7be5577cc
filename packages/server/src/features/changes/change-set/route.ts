import {
  type ChangeSetAnswer,
  type ChangeSetItem,
  changeSetAnswerSchema,
  changeSetSchema,
} from "@bannerol/protocol/schemas";
import { isEnvironmentScope, type ProjectScope, Scope } from "../../../auth/scope.ts";
import { withinProject } from "../../../http/permission.ts";
import { RefusedError } from "../../../http/refusal.ts";
import { type Answer, defineRoute, noQuery, type Route } from "../../../http/route.ts";
import type { Item } from "../../../state/documents.ts";
import type { ProjectState } from "../../../state/project-state.ts";
import { type Answering, changeAndAnswer, tryOut } from "../../commands.ts";
import type { Decided } from "../../decision.ts";
import { rightFor } from "../../item-rights.ts";
import { ruleIdFrom, type Services } from "../../services.ts";
import { earlierRollouts } from "../../targeting/earlier.ts";
import type { EarlierRollouts } from "../../targeting/form.ts";
import { changeSetAnswer } from "../answer.ts";
import { decideChangeSet } from "./decide.ts";
import type { SetInput } from "./documents.ts";
import { refuseUnprovedItems } from "./patterns.ts";
import { placeOf } from "./problems.ts";

const MAX_BYTES = 16 * 1024 * 1024;

export function changeSetRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: "/api/v1/projects/{p}/changes",
    permission: withinProject("edit"),
    summary: "Change many documents at once: one revision, all of them or none",
    query: noQuery,
    body: changeSetSchema,
    bodyLimit: MAX_BYTES,
    reply: changeSetAnswerSchema,
    async handler({ scope, body, ...context }) {
      const { items, dryRun = false, comment, stopRelease } = body;
      refuseBeyondReach(scope, items);
      await refuseUnprovedItems(services, items);
      const input = await inputFor(services, scope, items);
      const command: Answering<Decision, Answer<ChangeSetAnswer>> = {
        // Of the project whole: what `GET changes` says of itself, too.
        subject: (state) => state.revision,
        comment,
        stopRelease,
        rightFor,
        decide: (state) =>
          decided(state, decideChangeSet(state, items, { ...input, lists: services.ledger.lists(state.key) })),
        answer({ state, result }) {
          const { before, changed } = result;
          const body = changeSetAnswer({ before, after: state, items: changed, dryRun });
          return { body, revision: body.revision };
        },
      };
      if (dryRun) return command.answer(tryOut(services, scope, context, command));
      return changeAndAnswer(services, scope, context, command);
    },
  });
}

interface Decision {
  readonly before: ProjectState;
  readonly changed: readonly Item[];
}

function decided(before: ProjectState, decision: Decided<readonly Item[]>): Decided<Decision> {
  return decision.ok ? { ...decision, result: { before, changed: decision.result } } : decision;
}

/** The caller must be allowed each item, in its own place. */
function refuseBeyondReach(scope: ProjectScope, items: readonly ChangeSetItem[]): void {
  for (const [index, item] of items.entries()) {
    const narrowed = scopeFor(scope, item);
    if (narrowed instanceof Scope) continue;
    throw new RefusedError({ ...narrowed, detail: `${placeOf(index)}: ${narrowed.detail} Nothing was changed.` });
  }
}

function scopeFor(scope: ProjectScope, { flag, environment }: ChangeSetItem): ReturnType<Scope["at"]> {
  const { project } = scope.place;
  if (environment === undefined) return scope.at({ project });
  if (flag !== undefined) return scope.at({ project, environment });
  const wide = scope.at({ project });
  return wide instanceof Scope ? wide.with("administer") : wide;
}

async function inputFor(
  services: Services,
  scope: ProjectScope,
  items: readonly ChangeSetItem[],
): Promise<Omit<SetInput, "lists">> {
  const earlier = new Map<number, EarlierRollouts>();
  for (const [index, { flag, environment, after }] of items.entries()) {
    if (flag === undefined || environment === undefined || !rollsOut(after)) continue;
    const place = scope.at({ project: scope.place.project, environment });
    if (!(place instanceof Scope) || !isEnvironmentScope(place)) continue;
    earlier.set(index, await earlierRollouts(services, place.place, flag));
  }
  return { at: services.now(), freshSeed: services.draw.seed, freshId: () => ruleIdFrom(services.draw), earlier };
}

/** Layouts of before are asked for where there is anything to lay out. */
function rollsOut(after: unknown): boolean {
  return (JSON.stringify(after) ?? "").includes('"rollout":');
}
