/** Compares environments, and carries flags from one to the next. Needs to read there and to write here. */
import {
  type ChangeSetAnswer,
  changeSetAnswerSchema,
  diffQuerySchema,
  diffSchema,
  promoteSchema,
} from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import type { AskedRequest } from "../../http/asked.ts";
import { inEnvironment } from "../../http/permission.ts";
import { refuse } from "../../http/refusal.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { Item } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { changeSetAnswer } from "../changes/answer.ts";
import { decideChangeSet } from "../changes/change-set/decide.ts";
import { type Answering, changeAndAnswer, tryOut } from "../commands.ts";
import type { Decided } from "../decision.ts";
import { rightFor } from "../item-rights.ts";
import { flagOf, requireReadable, stateOf } from "../reading.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import { earlierRollouts } from "../targeting/earlier.ts";
import type { EarlierRollouts } from "../targeting/form.ts";
import { differences, type Pair, promoted } from "./decide.ts";

const PATH = "/api/v1/projects/{p}/environments/{e}";

export function promotionRoutes(services: Services): readonly Route[] {
  return [diffRoute(services), promoteRoute(services)];
}

function diffRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: `${PATH}/diff`,
    permission: inEnvironment("read"),
    summary: "What the environment does otherwise than another, flag by flag",
    query: diffQuerySchema,
    body: noBody,
    reply: diffSchema,
    async handler({ scope, query: { from, flag } }) {
      const pair = readablePair(services, scope, from);
      const state = stateOf(services, scope);
      if (flag !== undefined) flagOf(state, flag);
      const items = differences(state, pair, flag === undefined ? undefined : [flag]);
      return { body: { revision: state.revision, ...pair, items } };
    },
  });
}

interface Promotion {
  readonly before: ProjectState;
  readonly changed: readonly Item[];
}

function promoteRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: `${PATH}/promote`,
    permission: inEnvironment("edit"),
    summary: "Give flags the targeting that they have in another environment, as one change",
    query: noQuery,
    body: promoteSchema,
    reply: changeSetAnswerSchema,
    async handler({ scope, body: { from, flags, dryRun = false, comment, stopRelease }, ...context }) {
      const pair = readablePair(services, scope, from);
      for (const flag of flags) flagOf(stateOf(services, scope), flag);
      const input = await inputFor(services, scope, flags);
      const command: Answering<Promotion, Answer<ChangeSetAnswer>> = {
        subject: (state) => state.revision,
        comment: comment ?? `Promoted from ${from}`,
        stopRelease,
        rightFor,
        // What was approved is carried over, not what the source has by then.
        askAgain: (state, { params }) => changeSetOf(state, { pair, flags, params, comment }),
        decide: (state) => {
          const lists = services.ledger.lists(state.key);
          return named(state, decideChangeSet(state, promoted(state, pair, flags), { ...input, lists }));
        },
        answer({ state, result: { before, changed } }) {
          const body = changeSetAnswer({ before, after: state, items: changed, dryRun });
          return { body, revision: body.revision };
        },
      };
      if (dryRun) return command.answer(tryOut(services, scope, context, command));
      return changeAndAnswer(services, scope, context, command);
    },
  });
}

interface PromotedOnce {
  readonly pair: Pair;
  readonly flags: readonly string[];
  readonly params: AskedRequest["params"];
  readonly comment: string | undefined;
}

/** A promotion as the change set that it comes to. */
function changeSetOf(
  state: ProjectState,
  { pair, flags, params, comment = `Promoted from ${pair.from}` }: PromotedOnce,
): AskedRequest {
  const { p = "" } = params;
  const body = { items: promoted(state, pair, flags), comment };
  return { method: "POST", path: "/api/v1/projects/{p}/changes", params: { p }, search: "", body };
}

function named(before: ProjectState, decision: Decided<readonly Item[]>): Decided<Promotion> {
  if (!decision.ok) return decision;
  return { ...decision, action: "environment.promote", result: { before, changed: decision.result } };
}

/** Both environments, where the caller may read the other one too. */
function readablePair(services: Services, scope: EnvironmentScope, from: string): Pair {
  const { environment } = scope.place;
  requireReadable(services, scope, from);
  if (from === environment) refuse("malformed_request", `${from} is the environment itself. Name another one in from.`);
  return { from, environment };
}

/** Layouts of before, of each flag: going back to what was promoted before brings back the users of then. */
async function inputFor(services: Services, scope: EnvironmentScope, flags: readonly string[]) {
  const earlier = new Map<number, EarlierRollouts>();
  for (const [index, flag] of flags.entries()) earlier.set(index, await earlierRollouts(services, scope.place, flag));
  return { at: services.now(), freshSeed: services.draw.seed, freshId: () => ruleIdFrom(services.draw), earlier };
}
