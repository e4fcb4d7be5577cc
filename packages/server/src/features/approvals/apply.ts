/** Carries out what was approved: the request is asked again, as its author, on the state of now. */
import type { ApprovalAnswer } from "@bannerol/protocol/schemas";
import type { ApprovedRequest } from "../../http/approved.ts";
import type { Doors } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import type { Answer, Route } from "../../http/route.ts";
import type { HeldClaim } from "../../store/idempotency-store.ts";
import type { Services } from "../services.ts";
import { type Approval, type ApprovalDocument, stepOf } from "./document.ts";
import { outdatedBy } from "./gate.ts";

export interface Application {
  readonly services: Services;
  readonly routes: readonly Route[];
  readonly requestId: string;
  readonly claim: HeldClaim | undefined;
  /** What whoever approved it last is answered with, once it is applied. */
  readonly answer: (applied: Approval) => Answer<ApprovalAnswer>;
}

/** Throws what the request itself would; `ApprovalMoved` where somebody was faster; `Answered` never. */
export async function apply(approval: Approval, voted: ApprovalDocument, application: Application): Promise<void> {
  const { services, routes, requestId, claim, answer } = application;
  const { asked, author, bases } = voted;
  const route = routes.find(({ method, path }) => method === asked.method && path === asked.path);
  if (route === undefined) throw new RefusedError(outdatedBy(`there is no ${asked.method} ${asked.path} any more`));
  const appliedAs = (revision: number): ApprovalDocument => ({ ...voted, revision });
  const approved: ApprovedRequest = {
    record: { id: approval.id, by: voted.votes.map(({ by }) => by) },
    votesFor: (environment) => voted.votes.filter(({ covers }) => covers.includes(environment)).length,
    bases,
    closes: (revision) => workOf(approval, appliedAs(revision)),
    answer: ({ revision }) => answer(appliedFrom(approval, appliedAs(revision))),
  };
  await route.again(asked, { approved, requestId, claim }, doorsFor(services, author));
}

/** As it is once it is applied. */
export function appliedFrom(approval: Approval, document: ApprovalDocument): Approval {
  return { ...approval, status: "applied", version: approval.version + 1, document };
}

function workOf(approval: Approval, document: ApprovalDocument) {
  const { project: _project, ...work } = stepOf(approval, "applied", document);
  return work;
}

/** The author as they were when they proposed it: those who approve it answer for it since. */
function doorsFor({ ledger }: Services, author: ApprovalDocument["author"]): Doors {
  const key = async () => ({ code: "not_allowed", detail: "This is no SDK." }) as const;
  return {
    authenticator: { authenticateToken: async () => author, authenticateKey: key, provenKey: () => undefined },
    hasProject: (project) => ledger.projects().includes(project),
    hasEnvironment: (project, environment) => ledger.state(project)?.environments.has(environment) ?? false,
  };
}
