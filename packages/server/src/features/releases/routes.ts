/** Rollouts that the server carries out in steps: `run.ts` carries them on. */

import { isDeepStrictEqual } from "node:util";
import {
  commentOnlySchema,
  type ReleaseChanged,
  type ReleaseForm,
  releaseChangedSchema,
  releaseListSchema,
  releaseSchema,
  releaseStartSchema,
  verdictListSchema,
} from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import type { ReleasePlace } from "../../evidence/evidence.ts";
import { inEnvironment } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { type ProjectState, type Revised, releaseOf } from "../../state/project-state.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import { type Answering, type ChangeContext, changeAndAnswer, type Done } from "../commands.ts";
import { instant } from "../decision.ts";
import { flagOf, stateOf } from "../reading.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import { commandFor } from "../targeting/command.ts";
import { moveRelease, noRelease, startRelease } from "./decide.ts";
import { foresee } from "./foresee.ts";
import { releaseForm } from "./form.ts";
import { holdName } from "./hold-clock.ts";
import { judge } from "./judge/judge.ts";
import { standingOf, waitsFor } from "./standing.ts";
import type { ReleaseEvent } from "./step.ts";

const PATH = "/api/v1/projects/{p}/flags/{f}/environments/{e}/release";

export function releaseRoutes(services: Services): readonly Route[] {
  return [
    startRoute(services),
    showRoute(services),
    ...moveRoutes(services),
    explainRoute(services),
    listRoute(services),
  ];
}

function startRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: inEnvironment("release"),
    summary: "Release in steps, each of which its guards must pass",
    query: noQuery,
    body: releaseStartSchema,
    reply: releaseChangedSchema,
    status: 201,
    async handler({ scope, param, body, ...context }) {
      const { comment, ...asked } = body;
      const command = await commandFor(services, scope.place, param("f"));
      const input = { id: ruleIdFrom(services.draw), now: services.now(), asked };
      const foreseen = await foresee(services, { ...scope.place, flag: param("f") }, asked);
      return changeAndAnswer(services, scope, context, {
        subject: { kind: "release", key: param("f"), environment: scope.place.environment },
        comment,
        waitsIn: () => [scope.place.environment],
        decide: (state) => startRelease(state, command, input),
        answer(done) {
          const { body, ...answer } = answerOf(services, scope, param("f"), done);
          return { ...answer, body: { ...body, ...(foreseen.length === 0 ? {} : { foreseen }) } };
        },
      });
    },
  });
}

function showRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: PATH,
    permission: inEnvironment("read"),
    summary: "The release that runs, and how it stands; the last one where none does",
    query: noQuery,
    body: noBody,
    reply: releaseSchema,
    async handler({ scope, param }) {
      const found = newestOf(services, scope, param("f"));
      return { body: await standingForm(services, placeOf(scope, param("f"), found), found), revision: found.revision };
    },
  });
}

const moves: readonly {
  readonly verb: string;
  readonly summary: string;
  /** What must work whatever it breaks. */
  readonly urgent?: boolean;
  readonly event: (asked: { readonly by: string; readonly comment?: string; readonly heldMs: number }) => ReleaseEvent;
}[] = [
  {
    verb: "pause",
    summary: "Let no step begin; its share stays, and a breach still takes it back",
    event: ({ by, comment, heldMs }) => ({
      type: "pause",
      by,
      heldMs,
      ...(comment === undefined ? {} : { reason: comment }),
    }),
  },
  { verb: "resume", summary: "Go on: what is left of the hold is held", event: () => ({ type: "resume" }) },
  { verb: "approve", summary: "Let the next step begin once its time has come", event: () => ({ type: "approve" }) },
  {
    verb: "advance",
    summary: "Begin the next step now, whatever the guards have shown so far",
    event: () => ({ type: "advance" }),
  },
  {
    verb: "abort",
    summary: "End it; the share that was reached stays",
    urgent: true,
    event: ({ by, comment }) => ({ type: "abort", reason: comment ?? `Aborted by ${by}.` }),
  },
  {
    verb: "rollback",
    summary: "End it and take everybody out who came in by it",
    urgent: true,
    event: ({ by, comment }) => ({ type: "rollback", reason: comment ?? `Rolled back by ${by}.` }),
  },
];

function moveRoutes(services: Services): readonly Route[] {
  return moves.map(({ verb, summary, urgent = false, event }) =>
    defineRoute({
      method: "POST",
      path: `${PATH}/${verb}`,
      permission: inEnvironment("release"),
      summary,
      query: noQuery,
      body: commentOnlySchema,
      bodyOptional: true,
      reply: releaseChangedSchema,
      async handler({ scope, param, body, ...context }) {
        const flag = param("f");
        const { comment } = body;
        const by = scope.caller.actor.name;
        const command = await commandFor(services, scope.place, flag);
        const eventOn = (state: ProjectState): ReleaseEvent => {
          const found = releaseOf(state, flag, scope.place.environment)?.document;
          const heldMs = found === undefined ? 0 : services.holds.heldMs(holdName({ ...scope.place, flag }), found);
          return event({ by, heldMs, ...(comment === undefined ? {} : { comment }) });
        };
        return carryOut(services, scope, context, {
          subject: { kind: "release", key: flag, environment: scope.place.environment },
          comment,
          urgent,
          // A release was approved as a whole, when it was started.
          isApproved: true,
          decide: (state) => moveRelease(state, command, { event: eventOn(state), now: services.now() }),
          answer: (done) => answerOf(services, scope, flag, done),
        });
      },
    }),
  );
}

function carryOut(
  services: Services,
  scope: EnvironmentScope,
  context: ChangeContext,
  command: Answering<undefined, Answer<ReleaseChanged>>,
): Promise<Answer<ReleaseChanged>> {
  return changeAndAnswer(services, scope, context, command);
}

function explainRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: `${PATH}/verdicts`,
    permission: inEnvironment("read"),
    summary: "What the judge said and of what, newest first, each judged again",
    query: noQuery,
    body: noBody,
    reply: verdictListSchema,
    async handler({ scope, param }) {
      const found = newestOf(services, scope, param("f"));
      const kept = await services.state.watchStore(() => services.evidence.verdicts(placeOf(scope, param("f"), found)));
      const items = kept.map(({ at, question, verdict, did }) => ({
        at: instant(at),
        step: question.step,
        question: plain(question),
        verdict: plain(verdict),
        same: isDeepStrictEqual(plain(judge(question)), plain(verdict)),
        ...(did === undefined ? {} : { did }),
      }));
      return { body: { release: found.document.id, items } };
    },
  });
}

/** As it travels. */
function plain(value: object) {
  return JSON.parse(JSON.stringify(value));
}

function listRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/projects/{p}/environments/{e}/releases",
    permission: inEnvironment("read"),
    summary: "The newest release of each flag that had one",
    query: noQuery,
    body: noBody,
    reply: releaseListSchema,
    async handler({ scope }) {
      const releases = [...(stateOf(services, scope).releases.get(scope.place.environment) ?? [])];
      const items = releases.map(([flag, found]) => ({
        flag,
        ...plainForm(services, placeOf(scope, flag, found), found),
      }));
      return { body: { items } };
    },
  });
}

function newestOf(services: Services, scope: EnvironmentScope, flag: string): Revised<ReleaseDocument> {
  const state = stateOf(services, scope);
  flagOf(state, flag);
  const { environment } = scope.place;
  const found = releaseOf(state, flag, environment);
  if (found === undefined) throw new RefusedError(noRelease({ flag, environment }).refusal);
  return found;
}

function placeOf({ place }: EnvironmentScope, flag: string, { document }: Revised<ReleaseDocument>): ReleasePlace {
  return { ...place, flag, release: document.id };
}

function plainForm(
  { holds }: Services,
  place: ReleasePlace,
  { document, revision }: Revised<ReleaseDocument>,
): ReleaseForm {
  return { ...releaseForm(document), heldMs: Math.round(holds.heldMs(holdName(place), document)), revision };
}

async function standingForm(
  services: Services,
  place: ReleasePlace,
  found: Revised<ReleaseDocument>,
): Promise<ReleaseForm> {
  const form = plainForm(services, place, found);
  const standing = await services.state.watchStore(() => standingOf(services, place, found.document));
  if (standing === undefined) return form;
  const waits = waitsFor(found.document, standing);
  return { ...form, ...(waits === undefined ? {} : { waitsFor: waits }), verdict: plain(standing.verdict) };
}

/** As it was written; how it stands is asked for by GET. */
function answerOf(
  services: Services,
  scope: EnvironmentScope,
  flag: string,
  { state, broken }: Done<undefined>,
): Answer<ReleaseChanged> {
  const { environment } = scope.place;
  const found = releaseOf(state, flag, environment);
  if (found === undefined) throw new Error(`The release of ${flag} in ${environment} has vanished.`);
  const told = broken.length === 0 ? {} : { broken: [...broken] };
  const form = plainForm(services, placeOf(scope, flag, found), found);
  return { body: { ...form, head: state.head, ...told }, revision: found.revision };
}
