/** Who may do what with a change that waits, and what becomes of it. Pure. */
import { mayInProtected } from "../../auth/roles.ts";
import { type EnvironmentScope, Scope } from "../../auth/scope.ts";
import type { Refusal } from "../../http/refusal.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { instant } from "../decision.ts";
import type { Approval, ApprovalDocument, Vote } from "./document.ts";
import { missingOf, statusOf } from "./present.ts";

/** What a person does with it. */
export interface Act {
  readonly scope: EnvironmentScope;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly comment: string | undefined;
}

export function wrongWithApproving(approval: Approval, { scope, at }: Act): Refusal | undefined {
  if (hasVoted(approval.document, scope)) return notForRole(scope);
  return notForRole(scope) ?? over(approval, at) ?? ownWork(approval, scope);
}

export function wrongWithRejecting(approval: Approval, { scope, at }: Act): Refusal | undefined {
  return notForRole(scope) ?? over(approval, at) ?? ownWork(approval, scope);
}

export function wrongWithWithdrawing(approval: Approval, { scope, at }: Act): Refusal | undefined {
  const { id, document } = approval;
  const refusal = over(approval, at);
  if (refusal !== undefined || isAuthor(approval, scope)) return refusal;
  return notAllowed(`${id} is not yours to withdraw: ${document.author.actor.name} made it. Reject it instead.`);
}

/** Whether the same person has done so already, and all is as they wanted it. */
export function isDone({ status, document }: Approval, wanted: Approval["status"], { scope }: Act): boolean {
  return status === wanted && document.closed?.by.id === scope.caller.actor.id;
}

export function hasVoted({ votes }: ApprovalDocument, { caller }: Pick<EnvironmentScope, "caller">): boolean {
  return votes.some(({ by }) => by.id === caller.actor.id);
}

/** With one vote more. It counts for every environment within the voter's reach. */
export function withVote({ environments, document }: Approval, { scope, at, comment }: Act): ApprovalDocument {
  const { project } = scope.place;
  const covers = environments.filter((environment) => scope.at({ project, environment }) instanceof Scope);
  const vote: Vote = { by: scope.caller.actor, at, covers, ...(comment === undefined ? {} : { comment }) };
  return { ...document, votes: [...document.votes, vote] };
}

export function isApproved(approval: Approval, state: ProjectState): boolean {
  return missingOf(approval, state).every(({ missing }) => missing === 0);
}

export function closedBy(document: ApprovalDocument, { scope, at, comment }: Act): ApprovalDocument {
  return { ...document, closed: { by: scope.caller.actor, at, ...(comment === undefined ? {} : { comment }) } };
}

function isAuthor({ document }: Approval, { caller }: EnvironmentScope): boolean {
  return document.author.actor.id === caller.actor.id;
}

function ownWork(approval: Approval, scope: EnvironmentScope): Refusal | undefined {
  if (!isAuthor(approval, scope)) return undefined;
  return notAllowed(`You made what ${approval.id} asks for, so others decide on it. You can withdraw it.`);
}

function notForRole({ caller }: EnvironmentScope): Refusal | undefined {
  if (mayInProtected(caller.role, "release")) return undefined;
  return notAllowed(`Your token's role, ${caller.role}, does not include this. A releaser or an admin can do it.`);
}

function over(approval: Approval, now: number): Refusal | undefined {
  const status = statusOf(approval, now);
  if (status === "waiting") return undefined;
  return { code: "approval_closed", detail: `${approval.id} does not wait any more: ${ending(approval, status)}` };
}

/** How it ended, and what can be done now. */
function ending({ document, expiresAt }: Approval, status: Exclude<Approval["status"] | "expired", "waiting">): string {
  const { closed, revision } = document;
  const by = closed === undefined ? "" : ` by ${closed.by.name} at ${instant(closed.at)}`;
  switch (status) {
    case "applied":
      return revision === undefined
        ? `it was approved${by}, when all of it was so already. Make another change to alter it.`
        : `it was applied${by}, as revision ${revision}. To undo it, revert what it changed to revision ${revision - 1}.`;
    case "expired":
      return `it expired at ${instant(expiresAt)}. Its author can propose it anew.`;
    case "outdated":
      return "what it touches was changed meanwhile. Its author can propose it anew.";
    default:
      return `it was ${status}${by}. Its author can propose it anew.`;
  }
}

function notAllowed(detail: string): Refusal {
  return { code: "not_allowed", detail };
}
