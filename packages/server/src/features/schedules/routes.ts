/**
 * Changes that wait for their time: `run.ts` carries them out. A release that begins later waits as a release does
 * (`../releases`), and is listed here beside them.
 */
import {
  changedSchema,
  commentQuerySchema,
  releasePlanSchema,
  scheduleChangedSchema,
  scheduleCreateSchema,
  scheduleListSchema,
  scheduleSchema,
  targetingPatchSchema,
} from "@bannerol/protocol/schemas";
import { z } from "zod";
import { inEnvironment } from "../../http/permission.ts";
import { readBody } from "../../http/read.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { change, changeAndAnswer } from "../commands.ts";
import type { Decided } from "../decision.ts";
import { rightFor } from "../item-rights.ts";
import { refuseUnprovedPatterns } from "../patterns.ts";
import { flagOf, stateOf } from "../reading.ts";
import { moveRelease } from "../releases/decide.ts";
import { refuseSources } from "../releases/source-addresses.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import { commandFor, openFields } from "../targeting/command.ts";
import { addSchedule, cancelSchedule, noSchedule, scheduleRelease } from "./decide.ts";
import { listed, listedOf, waitingRelease } from "./listed.ts";

const PATH = "/api/v1/projects/{p}/flags/{f}/environments/{e}/schedules";

/** What core's checks look at is left unread by the schema: they say more. */
const openChange = targetingPatchSchema.omit({ comment: true, stopRelease: true }).extend(openFields);
const [changing, killing, releasing] = scheduleCreateSchema.options;
/** Read by itself, so that what is wrong with it is said of it. */
const openRelease = z.record(z.string(), z.unknown());
const withRelease = z.object({ release: releasePlanSchema });
const envelope = z.union(
  [changing.extend({ change: openChange }), killing, releasing.extend({ release: openRelease })],
  {
    error: ({ input }) => (isOneForm(input) ? undefined : "must hold `at`, and one of `change`, `kill` and `release`"),
  },
);

/** Whether it is plain what it asks for, so that what is wrong can be said of that. */
function isOneForm(input: unknown): boolean {
  if (typeof input !== "object" || input === null || !("at" in input)) return false;
  return ["change", "kill", "release"].filter((name) => name in input).length === 1;
}

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
        return { body: { items: [...listed(state, { flag: param("f"), environment: param("e") })] } };
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
        const found = listedOf(stateOf(services, scope), name);
        if (found === undefined) throw new RefusedError(noSchedule(name).refusal);
        return { body: found, revision: found.revision };
      },
    }),
  ];
}

function addRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: PATH,
    permission: inEnvironment("release"),
    summary: "Change the targeting, kill the flag or begin a release at an instant",
    query: noQuery,
    body: envelope,
    bodyShown: scheduleCreateSchema,
    reply: scheduleChangedSchema,
    status: 201,
    async handler({ scope, param, body, ...context }) {
      const { at, comment, ...rest } = body;
      const command = await commandFor(services, scope.place, param("f"));
      const input = {
        id: ruleIdFrom(services.draw),
        now: services.now(),
        by: scope.caller.actor.name,
        approvals: context.approved?.votesFor(command.environment) ?? 0,
      };
      const decide = async (): Promise<(state: ProjectState) => Decided<undefined>> => {
        if ("release" in rest) {
          const asked = { ...readBody(withRelease, rest).release, at };
          await refuseSources(services, asked, "release.");
          return (state) => scheduleRelease(state, command, { ...input, asked, at: Date.parse(at) });
        }
        const work = "kill" in rest ? rest : { change: z.record(z.string(), z.json()).parse(rest.change) };
        await refuseUnprovedPatterns(services, "The change", work);
        return (state) => addSchedule(state, command, { ...input, at: Date.parse(at), comment, work });
      };
      return changeAndAnswer(services, scope, context, {
        comment,
        rightFor,
        // It alters the environment later, by itself.
        waitsIn: () => [command.environment],
        decide: await decide(),
        answer({ state }) {
          const made = listedOf(state, { ...command, id: input.id });
          if (made === undefined) throw new Error(`The schedule ${input.id} has vanished.`);
          return { body: { ...made, head: state.head }, revision: made.revision };
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
      const command = await commandFor(services, scope.place, name.flag);
      const by = scope.caller.actor.name;
      const { state } = await change(services, scope, context, {
        subject: (state) => listedOf(state, name)?.revision,
        rightFor,
        comment: query.comment,
        decide(state) {
          if (waitingRelease(state, name)?.document.id !== name.id) return cancelSchedule(state, name);
          const event = { type: "abort", reason: query.comment ?? `Cancelled by ${by}.` } as const;
          return moveRelease(state, command, { event, now: services.now() });
        },
      });
      return { body: { revision: state.revision, head: state.head } };
    },
  });
}
