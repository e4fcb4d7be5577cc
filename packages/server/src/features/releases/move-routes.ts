/** What people do to a release that is not over. */
import { commentOnlySchema, releaseChangedSchema } from "@bannerol/protocol/schemas";
import { inEnvironment } from "../../http/permission.ts";
import { defineRoute, noQuery, type Route } from "../../http/route.ts";
import { type ProjectState, releaseOf } from "../../state/project-state.ts";
import { changeAndAnswer } from "../commands.ts";
import type { Services } from "../services.ts";
import { commandFor } from "../targeting/command.ts";
import { moveRelease } from "./decide.ts";
import { holdName } from "./hold-clock.ts";
import { answerOf, RELEASE_PATH } from "./present.ts";
import type { ReleaseEvent } from "./step.ts";

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

export function moveRoutes(services: Services): readonly Route[] {
  return moves.map(({ verb, summary, urgent = false, event }) =>
    defineRoute({
      method: "POST",
      path: `${RELEASE_PATH}/${verb}`,
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
        return changeAndAnswer(services, scope, context, {
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
