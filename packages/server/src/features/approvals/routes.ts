/** Changes that wait: who made them, what they would do, and the words of those who decide. */
import {
  type ApprovalAnswer,
  approvalAnswerSchema,
  approvalListSchema,
  approvalSchema,
  approvalsQuerySchema,
  commentOnlySchema,
  DEFAULT_PAGE,
} from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import { inEnvironment } from "../../http/permission.ts";
import { quoted, type Refusal, RefusedError, refuse } from "../../http/refusal.ts";
import { type Answer, defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { readCursor, writeCursor } from "../paging.ts";
import { stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { approve } from "./approve.ts";
import { type Act, closedBy, isDone, wrongWithRejecting, wrongWithWithdrawing } from "./decide.ts";
import { type Approval, readApproval, stepOf } from "./document.ts";
import { approvalForm } from "./present.ts";

const PATH = "/api/v1/projects/{p}/environments/{e}/approvals";

/** `routes` are those that may be asked again: all of them, once they are made. */
export function approvalRoutes(services: Services, routes: () => readonly Route[]): readonly Route[] {
  return [
    ...readingRoutes(services),
    approveRoute(services, routes),
    ...closings.map((each) => closingRoute(services, each)),
  ];
}

function readingRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      permission: inEnvironment("read"),
      summary: "List the changes that wait for approval, newest first",
      query: approvalsQuerySchema,
      body: noBody,
      reply: approvalListSchema,
      async handler({ scope, query: { status = "waiting", limit = DEFAULT_PAGE, cursor } }) {
        const { project, environment } = scope.place;
        const after = cursor === undefined ? {} : { after: placeOf(readCursor(cursor)) };
        const filter = { environment, status, now: services.now(), limit: limit + 1, ...after };
        const found = await services.state.watchStore(() => services.approvals.list(project, filter));
        const page = found.slice(0, limit);
        const last = page.at(-1);
        const more =
          last !== undefined && found.length > limit ? { nextCursor: writeCursor(`${last.at} ${last.id}`) } : {};
        return { body: { items: page.map((row) => formFor(services, scope, readApproval(row))), ...more } };
      },
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{id}`,
      permission: inEnvironment("read"),
      summary: "A change that waits for approval, or did",
      query: noQuery,
      body: noBody,
      reply: approvalSchema,
      async handler({ scope, param }) {
        return { body: formFor(services, scope, await approvalOf(services, scope, param("id"))) };
      },
    }),
  ];
}

function approveRoute(services: Services, routes: () => readonly Route[]): Route {
  return defineRoute({
    method: "POST",
    path: `${PATH}/{id}/approve`,
    permission: inEnvironment("release"),
    summary: "Approve a change that somebody else made; the last approval that it needs applies it",
    query: noQuery,
    body: commentOnlySchema,
    bodyOptional: true,
    reply: approvalAnswerSchema,
    async handler({ scope, param, body, requestId, claim }) {
      const act: Act = { scope, at: services.now(), comment: body.comment };
      const answer = (approval: Approval): Answer<ApprovalAnswer> => ({
        body: { approval: formFor(services, scope, approval) },
      });
      const read = () => approvalOf(services, scope, param("id"));
      return approve({ read, act, application: { services, routes: routes(), requestId, claim, answer } });
    },
  });
}

interface Closing {
  readonly verb: "reject" | "withdraw";
  readonly right: "release" | "edit";
  readonly status: "rejected" | "withdrawn";
  readonly summary: string;
  readonly wrong: (approval: Approval, act: Act) => Refusal | undefined;
}

const closings: readonly Closing[] = [
  {
    verb: "reject",
    right: "release",
    status: "rejected",
    summary: "Reject a change that waits for approval",
    wrong: wrongWithRejecting,
  },
  {
    verb: "withdraw",
    right: "edit",
    status: "withdrawn",
    summary: "Withdraw a change of one's own that waits for approval",
    wrong: wrongWithWithdrawing,
  },
];

function closingRoute(services: Services, closing: Closing): Route {
  return defineRoute({
    method: "POST",
    path: `${PATH}/{id}/${closing.verb}`,
    permission: inEnvironment(closing.right),
    summary: closing.summary,
    query: noQuery,
    body: commentOnlySchema,
    bodyOptional: true,
    reply: approvalAnswerSchema,
    handler: ({ scope, param, body }) => close(services, closing, { scope, id: param("id"), comment: body.comment }),
  });
}

async function close(
  services: Services,
  { status, wrong }: Closing,
  { id, ...request }: Pick<Act, "scope" | "comment"> & { readonly id: string },
): Promise<Answer<ApprovalAnswer>> {
  const act: Act = { ...request, at: services.now() };
  for (;;) {
    const approval = await approvalOf(services, act.scope, id);
    if (isDone(approval, status, act)) return { body: { approval: formFor(services, act.scope, approval) } };
    const refusal = wrong(approval, act);
    if (refusal !== undefined) throw new RefusedError(refusal);
    const step = stepOf(approval, status, closedBy(approval.document, act));
    const isClosed = await services.state.watchStore(() => services.approvals.replace(step));
    // Where somebody was faster, what became of it is said by the next look.
    if (isClosed) return { body: { approval: formFor(services, act.scope, readApproval({ ...approval, ...step })) } };
  }
}

/** One that is listed in the scope's environment. */
async function approvalOf(services: Services, { place }: EnvironmentScope, id: string): Promise<Approval> {
  const found = await services.state.watchStore(() => services.approvals.find(place.project, id));
  if (found?.environments.includes(place.environment) === true) return readApproval(found);
  return refuse(
    "not_found",
    `No change ${quoted(id)} waits in ${place.environment}, nor did. List them with GET …/approvals?status=all.`,
  );
}

function formFor(services: Services, scope: EnvironmentScope, approval: Approval) {
  const sees = (environment: string): boolean => scope.sees(environment);
  return approvalForm(approval, { state: stateOf(services, scope), now: services.now(), sees });
}

function placeOf(cursor: string): Pick<Approval, "at" | "id"> {
  const [, at, id] = /^(\d{1,15}) (\S+)$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined)
    return refuse("malformed_request", "The cursor is none of this list's. Leave it out.");
  return { at: Number(at), id };
}
