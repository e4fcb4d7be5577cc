/** Changes that wait for their time: `run.ts` carries them out. */
import {
  changedSchema,
  commentQuerySchema,
  type ScheduleForm,
  scheduleChangedSchema,
  scheduleCreateSchema,
  scheduleListSchema,
  scheduleSchema,
  targetingPatchSchema,
} from "@bannerol/protocol/schemas";
import { z } from "zod";
import { inEnvironment } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { Revised } from "../../state/project-state.ts";
import type { ScheduleDocument } from "../../state/release-document.ts";
import { change, changeAndAnswer } from "../commands.ts";
import { rightFor } from "../item-rights.ts";
import { refuseUnprovedPatterns } from "../patterns.ts";
import { flagOf, stateOf } from "../reading.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import { commandFor, openFields } from "../targeting/command.ts";
import { addSchedule, cancelSchedule, noSchedule } from "./decide.ts";
import { scheduleForm, scheduleKey } from "./form.ts";
import { scheduleOf, schedulesOf } from "./waiting.ts";

const PATH = "/api/v1/projects/{p}/flags/{f}/environments/{e}/schedules";

/** What core's checks look at is left unread by the schema: they say more. */
const openChange = targetingPatchSchema.omit({ comment: true, stopRelease: true }).extend(openFields);
const [changing, killing] = scheduleCreateSchema.options;
const envelope = z.union([changing.extend({ change: openChange }), killing], {
  error: "must hold `at`, and one of `change` and `kill`",
});

export function scheduleRoutes(services: Services): readonly Route[] {
  return [...readingRoutes(services), addRoute(services), cancelRoute(services)];
}

function readingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: inEnvironment("read"),
      summary: "The changes of the flag that wait, by their time",
      query: noQuery,
      body: noBody,
      reply: scheduleListSchema,
      async handler({ scope, param }) {
        const state = stateOf(services, scope);
        flagOf(state, param("f"));
        return { body: { items: schedulesOf(state, param("f"), param("e")).map(formOf) } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{s}`,
      permission: inEnvironment("read"),
      summary: "A change of the flag that waits",
      query: noQuery,
      body: noBody,
      reply: scheduleSchema,
      async handler({ scope, param }) {
        const name = { flag: param("f"), environment: param("e"), id: param("s") };
        const found = scheduleOf(stateOf(services, scope), name);
        if (found === undefined) throw new RefusedError(noSchedule(name).refusal);
        return { body: formOf(found), revision: found.revision };
      },
    }),
  ];
}

function addRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: inEnvironment("release"),
    summary: "Change the targeting, or kill the flag, at an instant",
    query: noQuery,
    body: envelope,
    bodyShown: scheduleCreateSchema,
    reply: scheduleChangedSchema,
    status: 201,
    async handler({ scope, param, body, ...context }) {
      const { at, comment, ...rest } = body;
      const work = "kill" in rest ? rest : { change: z.record(z.string(), z.json()).parse(rest.change) };
      await refuseUnprovedPatterns(services, "The change", work);
      const command = await commandFor(services, scope.place, param("f"));
      const id = ruleIdFrom(services.draw);
      const by = scope.caller.actor.name;
      const now = services.now();
      return changeAndAnswer(services, scope, context, {
        comment,
        rightFor,
        // It alters the environment later, by itself.
        waitsIn: () => [command.environment],
        decide: (state) => addSchedule(state, command, { id, at: Date.parse(at), now, by, comment, work }),
        answer({ state }) {
          const made = scheduleOf(state, { ...command, id });
          if (made === undefined) throw new Error(`The schedule ${id} has vanished.`);
          return { body: { ...formOf(made), head: state.head }, revision: made.revision };
        },
      });
    },
  });
}

function cancelRoute(services: Services): Route {
  return defineRoute({
    method: "DELETE",
    path: `${PATH}/{s}`,
    permission: inEnvironment("release"),
    summary: "Cancel a change that waits",
    query: commentQuerySchema,
    body: noBody,
    reply: changedSchema,
    async handler({ scope, param, query, ...context }) {
      const name = { flag: param("f"), environment: param("e"), id: param("s") };
      const { state } = await change(services, scope, context, {
        subject: { kind: "schedule", key: scheduleKey(name.flag, name.id), environment: name.environment },
        rightFor,
        comment: query.comment,
        decide: (state) => cancelSchedule(state, name),
      });
      return { body: { revision: state.revision, head: state.head } };
    },
  });
}

function formOf({ document, revision }: Revised<ScheduleDocument>): ScheduleForm {
  return { ...scheduleForm(document), revision };
}
