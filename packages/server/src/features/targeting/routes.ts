import {
  commentOnlySchema,
  rolloutPutSchema,
  type TargetingChanged,
  targetingChangedSchema,
  targetingPatchSchema,
  targetingPutSchema,
  targetingSchema,
} from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import { inEnvironment } from "../../http/permission.ts";
import { refuse } from "../../http/refusal.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { ItemName, TargetingDocument } from "../../state/documents.ts";
import { type ProjectState, type Revised, targetingOf } from "../../state/project-state.ts";
import { type ChangeContext, changeAndAnswer } from "../commands.ts";
import type { Decided } from "../decision.ts";
import { refuseUnprovedPatterns } from "../patterns.ts";
import { flagOf, stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { commandFor, openFields } from "./command.ts";
import { patchTargeting, putTargeting, switchFlag, type TargetingCommand } from "./decide.ts";
import { formOf } from "./form.ts";
import { killFlag } from "./kill.ts";
import { putRollout } from "./rollout.ts";

const PATH = "/api/v1/projects/{p}/flags/{f}/environments/{e}";

const putEnvelope = targetingPutSchema.extend(openFields);
const patchEnvelope = targetingPatchSchema.extend(openFields);

export function targetingRoutes(services: Services): readonly Route[] {
  return [...documentRoutes(services), ...switchRoutes(services), rolloutRoute(services)];
}

function documentRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: inEnvironment("read"),
      summary: "What the environment does with the flag",
      query: noQuery,
      body: noBody,
      reply: targetingSchema,
      async handler({ scope, param }) {
        const state = stateOf(services, scope);
        flagOf(state, param("f"));
        const { document, revision } = targetingIn(state, param("f"), scope);
        return { body: { ...formOf(document), revision }, revision };
      },
    }),
    defineRoute({
      method: "PUT",
      path: PATH,
      permission: inEnvironment("edit"),
      summary: "Replace the targeting whole",
      query: noQuery,
      body: putEnvelope,
      bodyShown: targetingPutSchema,
      reply: targetingChangedSchema,
      async handler({ scope, param, body, ...context }) {
        const { comment, stopRelease, revision: _ignored, head: _ignoredToo, ...fields } = body;
        await refuseUnprovedPatterns(services, "The targeting", fields);
        const command = await commandFor(services, scope.place, param("f"));
        return answerChange(services, scope, context, {
          flag: param("f"),
          comment,
          stopRelease,
          decide: (state) => putTargeting(state, command, fields),
        });
      },
    }),
    defineRoute({
      method: "PATCH",
      path: PATH,
      permission: inEnvironment("edit"),
      summary: "Replace the fields that are named; null resets one to a new flag's",
      query: noQuery,
      body: patchEnvelope,
      bodyShown: targetingPatchSchema,
      reply: targetingChangedSchema,
      async handler({ scope, param, body, ...context }) {
        const { comment, stopRelease, ...fields } = body;
        await refuseUnprovedPatterns(services, "The targeting", fields);
        const command = await commandFor(services, scope.place, param("f"));
        return answerChange(services, scope, context, {
          flag: param("f"),
          comment,
          stopRelease,
          decide: (state) => patchTargeting(state, command, fields),
        });
      },
    }),
  ];
}

type Switching = (state: ProjectState, command: Pick<TargetingCommand, "flag" | "environment">) => Decided<undefined>;

const switches: readonly { readonly verb: string; readonly summary: string; readonly decide: Switching }[] = [
  { verb: "enable", summary: "Switch the flag on", decide: (...asked) => switchFlag(...asked, "flag.enable") },
  { verb: "disable", summary: "Switch the flag off", decide: (...asked) => switchFlag(...asked, "flag.disable") },
  { verb: "kill", summary: "Switch the flag off, now, whatever is running", decide: killFlag },
];

function switchRoutes(services: Services): readonly Route[] {
  return switches.map(({ verb, summary, decide }) =>
    defineRoute({
      method: "POST",
      path: `${PATH}/${verb}`,
      permission: inEnvironment("release"),
      summary,
      query: noQuery,
      body: commentOnlySchema,
      bodyOptional: true,
      reply: targetingChangedSchema,
      handler: ({ scope, param, body, ...context }) =>
        answerChange(services, scope, context, {
          flag: param("f"),
          comment: body.comment,
          urgent: verb === "kill",
          decide: (state) => decide(state, { flag: param("f"), environment: scope.place.environment }),
        }),
    }),
  );
}

function rolloutRoute(services: Services): Route {
  return defineRoute({
    method: "PUT",
    path: `${PATH}/rollout`,
    permission: inEnvironment("release"),
    summary: "Give a percentage of contexts a variant, by the fallthrough",
    query: noQuery,
    body: rolloutPutSchema,
    reply: targetingChangedSchema,
    async handler({ scope, param, body, ...context }) {
      const command = await commandFor(services, scope.place, param("f"));
      return answerChange(services, scope, context, {
        flag: param("f"),
        comment: body.comment,
        stopRelease: body.stopRelease,
        decide: (state) => putRollout(state, command, body),
      });
    },
  });
}

interface TargetingChange {
  readonly flag: string;
  readonly comment: string | undefined;
  readonly urgent?: boolean;
  readonly stopRelease?: boolean | undefined;
  readonly decide: (state: ProjectState) => Decided<undefined>;
}

function answerChange(
  services: Services,
  scope: EnvironmentScope,
  context: ChangeContext,
  { flag, ...command }: TargetingChange,
): Promise<Answer<TargetingChanged>> {
  const subject: ItemName = { kind: "targeting", key: flag, environment: scope.place.environment };
  return changeAndAnswer(services, scope, context, {
    subject,
    ...command,
    answer({ state, broken }) {
      const { document, revision } = targetingIn(state, flag, scope);
      const told = broken.length === 0 ? {} : { broken: [...broken] };
      return { body: { ...formOf(document), revision, head: state.head, ...told }, revision };
    },
  });
}

/** Every flag has one in every environment; a database edited by hand may hold it in a form that cannot be read. */
function targetingIn(state: ProjectState, flag: string, { place }: EnvironmentScope): Revised<TargetingDocument> {
  const detail = `What ${place.environment} does with ${flag} is stored in a form that cannot be read. Put a new targeting.`;
  return targetingOf(state, flag, place.environment) ?? refuse("not_found", detail);
}
