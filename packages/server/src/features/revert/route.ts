import { changeSetAnswerSchema, type Revert, revertSchema } from "@bannerol/protocol/schemas";
import type { z } from "zod";
import { type ProjectScope, Scope } from "../../auth/scope.ts";
import { withinProject } from "../../http/permission.ts";
import { quoted, RefusedError, refuse } from "../../http/refusal.ts";
import { defineRoute, noQuery, type Route } from "../../http/route.ts";
import type { Item } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { changeSetAnswer } from "../changes/answer.ts";
import { type Command, change, tryOut } from "../commands.ts";
import { rightFor } from "../item-rights.ts";
import { momentOf } from "../moment.ts";
import { stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { decideRevert, newestOf, type RevertTarget } from "./decide.ts";

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
      const { dryRun = false, comment } = body;
      const target = targetOf(body);
      refuseBeyondReach(scope, target);
      const then = await stateThen(services, scope, { target, to: body.to });
      const reuse = { reuse: body.reuseArchivedKey === true, mayReuse: scope.with("administer") instanceof Scope };
      const command: Command<Reverted> = {
        subject: (state) => newestOf(state, target),
        comment,
        rightFor,
        decide(now) {
          const decided = decideRevert(now, { target, then, ...reuse });
          return decided.ok ? { ...decided, result: { before: now, items: decided.result } } : decided;
        },
      };
      const done = dryRun ? tryOut(services, scope, context, command) : await change(services, scope, context, command);
      const answer = changeSetAnswer({ ...done.result, after: done.state, dryRun });
      const revision = newestOf(done.state, target);
      return { body: answer, ...(revision === undefined ? {} : { revision }) };
    },
  });
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
