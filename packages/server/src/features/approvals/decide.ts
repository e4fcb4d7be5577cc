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
  const { id, document } = approval;
  if (isAuthor(approval, scope))
    return notAllowed(`You made what ${id} asks for, so others must approve it. You can withdraw it.`);
  return notForRole(scope) ?? (hasVoted(document, scope) ? undefined : over(approval, at));
}

export function wrongWithRejecting(approval: Approval, { scope, at }: Act): Refusal | undefined {
  if (isAuthor(approval, scope)) return notAllowed(`You made what ${approval.id} asks for. Withdraw it instead.`);
  return notForRole(scope) ?? over(approval, at);
}

export function wrongWithWithdrawing(approval: Approval, { scope, at }: Act): Refusal | undefined {
  if (!isAuthor(approval, scope)) return notAllowed(`${approval.id} is not yours to withdraw. Reject it instead.`);
  return over(approval, at);
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

function notForRole({ caller }: EnvironmentScope): Refusal | undefined {
  if (mayInProtected(caller.role, "release")) return undefined;
  return notAllowed(`Your token's role, ${caller.role}, does not include this. A releaser or an admin can do it.`);
}

function over(approval: Approval, now: number): Refusal | undefined {
  const status = statusOf(approval, now);
  if (status === "waiting") return undefined;
  return { code: "approval_closed", detail: `${approval.id} does not wait any more: ${ending(approval, status)}` };
}

function ending({ document, expiresAt }: Approval, status: ReturnType<typeof statusOf>): string {
  const { closed, revision } = document;
  const by = closed === undefined ? "" : ` by ${closed.by.name} at ${instant(closed.at)}`;
  if (status === "expired") return `it expired at ${instant(expiresAt)}. Its author can propose it anew.`;
  if (status === "outdated") return `what it touches was changed meanwhile. Its author can propose it anew.`;
  if (status === "applied")
    return revision === undefined ? "it was applied." : `it was applied as revision ${revision}.`;
  return `it was ${status}${by}.`;
}

function notAllowed(detail: string): Refusal {
  return { code: "not_allowed", detail };
}
