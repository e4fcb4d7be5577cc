/** An approval as people see it. Pure. */
import type { ApprovalForm, ChangeItem } from "@bannerol/protocol/schemas";
import { addressOf } from "../../http/asked.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { itemForm } from "../changes/present.ts";
import { instant } from "../decision.ts";
import { movedSince } from "./bases.ts";
import type { Approval, WaitingItem } from "./document.ts";
import { approvalsOf } from "./guarded.ts";

export interface Viewpoint {
  readonly state: ProjectState;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whether what belongs to an environment may be shown. */
  readonly sees: (environment: string) => boolean;
}

export function approvalForm(approval: Approval, { state, now, sees }: Viewpoint): ApprovalForm {
  const { id, at, expiresAt, document } = approval;
  const { action, author, comment, asked, closed, revision, votes, bases } = document;
  return {
    id,
    status: statusOf(approval, now),
    action,
    author: author.actor,
    ...(comment === undefined ? {} : { comment }),
    createdAt: instant(at),
    expiresAt: instant(expiresAt),
    needs: missingOf(approval, state).filter(({ environment }) => sees(environment)),
    approvals: votes.map(signedForm),
    items: document.items.filter((item) => sees(environmentOf(item))).map(waitingItemForm),
    applies: statusOf(approval, now) === "waiting" && movedSince(state, bases) === undefined,
    request: { method: asked.method, path: addressOf(asked) },
    ...(closed === undefined ? {} : { closed: signedForm(closed) }),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** By the clock, too: nobody can approve it any more once it has expired. */
export function statusOf({ status, expiresAt }: Approval, now: number): ApprovalForm["status"] {
  return status === "waiting" && expiresAt <= now ? "expired" : status;
}

/** How many must approve it where, as the environments ask for by now, and how many are missing. */
export function missingOf({ environments, document }: Approval, state: ProjectState): ApprovalForm["needs"] {
  return environments.map((environment) => {
    const approvals = approvalsOf(state, environment);
    const given = document.votes.filter(({ covers }) => covers.includes(environment)).length;
    return { environment, approvals, missing: Math.max(0, approvals - given) };
  });
}

function signedForm({ by, at, comment }: NonNullable<Approval["document"]["closed"]>) {
  return { by, at: instant(at), ...(comment === undefined ? {} : { comment }) };
}

/** What belongs to the whole project is in sight of whoever may read it. */
function environmentOf({ kind, key, environment }: WaitingItem): string {
  return kind === "environment" ? key : environment;
}

function waitingItemForm(item: WaitingItem): ChangeItem {
  const { kind, key, environment, after = null, before } = item;
  return itemForm({ kind, key, environment, after }, before);
}
