/**
 * One more has approved a change; where nobody is missing any more, it is applied in the same breath.
 *
 *     read ─► may they? ─► vote ─┬─ somebody is missing ─► kept
 *       ▲                       └─ nobody ─► asked again ─┬─► applied, with its end, in one transaction
 *       └────── somebody was faster ──────────────────────┴─► outdated, which ends it; refused, and it still waits
 */
import type { ApprovalAnswer } from "@bannerol/protocol/schemas";
import { RefusedError } from "../../http/refusal.ts";
import type { Answer } from "../../http/route.ts";
import { ApprovalMoved } from "../../store/approval-store.ts";
import { stateOf } from "../reading.ts";
import { type Application, apply } from "./apply.ts";
import { movedSince } from "./bases.ts";
import { type Act, closedBy, hasVoted, isApproved, withVote, wrongWithApproving } from "./decide.ts";
import { type Approval, type ApprovalDocument, readApproval, stepOf } from "./document.ts";
import { outdatedBy } from "./gate.ts";

export interface Approving {
  readonly read: () => Promise<Approval>;
  readonly act: Act;
  readonly application: Application;
}

/** Throws `RefusedError`, or a `StoreFault`. */
export async function approve({ read, act, application }: Approving): Promise<Answer<ApprovalAnswer>> {
  const { services } = application;
  for (;;) {
    const approval = await read();
    const refusal = wrongWithApproving(approval, act);
    if (refusal !== undefined) throw new RefusedError(refusal);
    // A node that lags would take what it has not read yet for something that was changed since.
    await services.state.watchStore(() => services.ledger.catchUp(approval.project));
    const done = await takeVote(approval, act, application);
    if (done !== undefined) return application.answer(done);
  }
}

/** The approval as it is then; `undefined` where somebody was faster. */
async function takeVote(approval: Approval, act: Act, application: Application): Promise<Approval | undefined> {
  const { services } = application;
  const state = stateOf(services, act.scope);
  const isNew = !hasVoted(approval.document, act.scope);
  if (approval.status !== "waiting" || (!isNew && !isApproved(approval, state))) return approval;
  const voted = isNew ? withVote(approval, act) : approval.document;
  if (!isApproved({ ...approval, document: voted }, state)) return write(application, approval, "waiting", voted);
  const last = closedBy(voted, act);
  const moved = movedSince(state, approval.document.bases);
  if (moved !== undefined) return endOutdated(application, approval, last, outdatedBy(moved));
  try {
    await apply(approval, last, application);
  } catch (error) {
    if (error instanceof ApprovalMoved) return undefined;
    if (error instanceof RefusedError && error.refusal.code === "approval_outdated") {
      return endOutdated(application, approval, last, error.refusal);
    }
    throw error;
  }
  const applied = await services.approvals.find(approval.project, approval.id);
  if (applied?.status === "applied") return readApproval(applied);
  // The state says all of it already.
  return write(application, approval, "applied", last);
}

async function write(
  { services }: Application,
  approval: Approval,
  status: Approval["status"],
  document: ApprovalDocument,
): Promise<Approval | undefined> {
  const step = stepOf(approval, status, document);
  const isWritten = await services.state.watchStore(() => services.approvals.replace(step));
  return isWritten ? readApproval({ ...approval, ...step }) : undefined;
}

async function endOutdated(
  application: Application,
  approval: Approval,
  document: ApprovalDocument,
  refusal: RefusedError["refusal"],
): Promise<undefined> {
  const ended = await write(application, approval, "outdated", document);
  if (ended !== undefined) throw new RefusedError(refusal);
}
