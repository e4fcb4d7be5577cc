import { type ChangeSetAnswer, changeSetAnswerSchema, type Revert, revertSchema } from "@bannerol/protocol/schemas";
import type { z } from "zod";
import { type ProjectScope, Scope } from "../../auth/scope.ts";
import { withinProject } from "../../http/permission.ts";
import { quoted, RefusedError, refuse } from "../../http/refusal.ts";
import { type Answer, defineRoute, noQuery, type Route } from "../../http/route.ts";
import type { Item } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { changeSetAnswer } from "../changes/answer.ts";
import { type Command, change, type Done, tryOut } from "../commands.ts";
import { rightFor } from "../item-rights.ts";
import { momentOf } from "../moment.ts";
import { stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { decideRevert, newestOf, type RevertTarget } from "./decide.ts";
import { type PreparedLists, prepareLists } from "./lists.ts";

export function revertRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: "/api/v1/projects/{p}/revert",
    permission: withinProject("edit"),
    summary: "Bring a flag, a segment or an environment back to how it was, as one new change",
    query: noQuery,
    body: revertSchema,
    reply: changeSetAnswerSchema,
    async handler({ scope, body, ...context }) {
      const { dryRun = false, comment, stopRelease } = body;
      const target = targetOf(body);
      refuseBeyondReach(scope, target);
      const then = await stateThen(services, scope, { target, to: body.to });
      const reuse = { reuse: body.reuseArchivedKey === true, mayReuse: scope.with("administer") instanceof Scope };
      const answerOf = (after: ProjectState, result: Reverted): Answer<ChangeSetAnswer> => {
        const revision = newestOf(after, target);
        const body = changeSetAnswer({ ...result, after, dryRun });
        return { body, ...(revision === undefined ? {} : { revision }) };
      };
      const commandWith = (lists: PreparedLists): Command<Reverted | undefined> => ({
        subject: (state) => newestOf(state, target),
        comment,
        stopRelease,
        rightFor,
        decide(now) {
          if (!lists.isFor(now)) return { ok: true, action: "segment.revert", items: [], result: undefined };
          const decided = decideRevert(now, { target, then, ...reuse, lists });
          return decided.ok ? { ...decided, result: { before: now, items: decided.result } } : decided;
        },
        answer: ({ state, result = { before: state, items: [] } }) => answerOf(state, result),
      });
      const carryOut = async (command: Command<Reverted | undefined>): Promise<Done<Reverted | undefined>> =>
        dryRun ? tryOut(services, scope, context, command) : change(services, scope, context, command);
      const done = await withLists({ services, scope, target, then, dryRun }, (lists) => carryOut(commandWith(lists)));
      return answerOf(done.state, done.result);
    },
  });
}

interface Question {
  readonly services: Services;
  readonly scope: ProjectScope;
  readonly target: RevertTarget;
  readonly then: ProjectState;
  readonly dryRun: boolean;
}

/** Of other writers' changes of the segment in between. */
const MAX_TRIES = 8;

/** Stages the lists that the revert is about, again where the segment was changed meanwhile. */
async function withLists(
  { services, scope, target, then, dryRun }: Question,
  carryOut: (lists: PreparedLists) => Promise<Done<Reverted | undefined>>,
): Promise<Done<Reverted>> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const segment = target.kind === "segment" ? target.key : "";
    const lists = await prepareLists(services, stateOf(services, scope), { then, segment });
    try {
      const { result, ...done } = await carryOut(lists);
      await lists.end(result === undefined || dryRun ? "not made" : "made");
      if (result !== undefined) return { ...done, result };
    } catch (error) {
      await lists.end("not made", error);
      throw error;
    }
  }
  return refuse("conflict", `The ${target.kind} ${target.key} changes faster than this could be done. Try again.`);
}

interface Reverted {
  readonly before: ProjectState;
  readonly items: readonly Item[];
}

/** The schema lets through what names one thing. */
function targetOf({ flag, segment, environment }: Pick<Revert, "flag" | "segment" | "environment">): RevertTarget {
  if (segment !== undefined) return { kind: "segment", key: segment };
  if (flag === undefined) return { kind: "environment", key: environment ?? "" };
  return environment === undefined ? { kind: "flag", key: flag } : { kind: "targeting", key: flag, environment };
}

/** What belongs to one environment asks for that environment alone; flags and segments are the project's. */
function refuseBeyondReach(scope: ProjectScope, target: RevertTarget): void {
  const { project } = scope.place;
  const environment = environmentOf(target);
  const narrowed = scope.at({ project, ...(environment === undefined ? {} : { environment }) });
  if (!(narrowed instanceof Scope)) throw new RefusedError(narrowed);
}

function environmentOf(target: RevertTarget): string | undefined {
  if (target.kind === "targeting") return target.environment;
  return target.kind === "environment" ? target.key : undefined;
}

async function stateThen(
  services: Services,
  scope: ProjectScope,
  { target, to }: { readonly target: RevertTarget; readonly to: z.output<typeof revertSchema>["to"] },
): Promise<ProjectState> {
  const { project } = scope.place;
  const environment = environmentOf(target);
  if (environment !== undefined && !stateOf(services, scope).environments.has(environment)) {
    refuse("not_found", `The project ${project} has no environment ${quoted(environment)}. Check its spelling.`);
  }
  const { revision } = await momentOf(services, project, to);
  return services.state.watchStore(() => services.ledger.stateAt(project, revision, environment));
}
