/** Rollouts that the server carries out in steps: `run.ts` carries them on. */
import { releaseChangedSchema, releaseForecastSchema, releaseStartSchema } from "@bannerol/protocol/schemas";
import { inEnvironment } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noQuery, type Route } from "../../http/route.ts";
import { changeAndAnswer } from "../commands.ts";
import { stateOf } from "../reading.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import { commandFor } from "../targeting/command.ts";
import { startRelease } from "./decide.ts";
import { foresee } from "./foresee.ts";
import { moveRoutes } from "./move-routes.ts";
import { answerOf, RELEASE_PATH } from "./present.ts";
import { readingRoutes } from "./reading-routes.ts";
import { refuseSources } from "./source-addresses.ts";

export function releaseRoutes(services: Services): readonly Route[] {
  return [startRoute(services), previewRoute(services), ...moveRoutes(services), ...readingRoutes(services)];
}

function startRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: RELEASE_PATH,
    permission: inEnvironment("release"),
    summary: "Release in steps, each of which its guards must pass",
    query: noQuery,
    body: releaseStartSchema,
    reply: releaseChangedSchema,
    status: 201,
    async handler({ scope, param, body, ...context }) {
      const { comment, ...asked } = body;
      await refuseSources(services, asked);
      const command = await commandFor(services, scope.place, param("f"));
      const by = scope.caller.actor.name;
      const approvals = context.approved?.votesFor(command.environment) ?? 0;
      const input = { id: ruleIdFrom(services.draw), now: services.now(), by, approvals, asked };
      const { items: foreseen } = await foresee(services, { ...scope.place, flag: param("f") }, asked);
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

function previewRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: `${RELEASE_PATH}/preview`,
    permission: inEnvironment("read"),
    summary: "How long a release will take, and what its guards will be able to see; nothing is written",
    query: noQuery,
    body: releaseStartSchema,
    reply: releaseForecastSchema,
    async handler({ scope, param, body: { comment: _, ...asked } }) {
      await refuseSources(services, asked);
      const command = await commandFor(services, scope.place, param("f"));
      const input = { id: "preview", now: services.now(), by: scope.caller.actor.name, asked };
      const decided = startRelease(stateOf(services, scope), command, input);
      if (!decided.ok) throw new RefusedError(decided.refusal);
      return { body: await foresee(services, { ...scope.place, flag: param("f") }, asked) };
    },
  });
}
