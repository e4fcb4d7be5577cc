/** Takes down a change that has to be approved, and says so. */
import type { Scope } from "../../auth/scope.ts";
import type { AskedRequest } from "../../http/asked.ts";
import { keptText } from "../../http/idempotency/kept-answer.ts";
import { type Refusal, RefusedError, refuse } from "../../http/refusal.ts";
import type { Answer } from "../../http/route.ts";
import { differing } from "../../log/proposal.ts";
import type { Item } from "../../state/documents.ts";
import { documentOf, type ProjectState } from "../../state/project-state.ts";
import type { HeldClaim } from "../../store/idempotency-store.ts";
import { revisionOf } from "../reading.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import { basesOf } from "./bases.ts";
import { type Approval, type ApprovalDocument, MAX_WAITING, WAITS_MS } from "./document.ts";
import type { Need } from "./guarded.ts";
import { approvalForm } from "./present.ts";

/** What was decided, and on which state. */
export interface Proposed {
  readonly state: ProjectState;
  readonly action: string;
  readonly items: readonly Item[];
  readonly needs: readonly Need[];
  /** What is asked again once it is approved; absent where that cannot be kept. */
  readonly asked: AskedRequest | undefined;
  readonly comment: string | undefined;
}

/** The answer, 202. Throws `RefusedError`, or a `StoreFault`. */
export async function propose(
  services: Services,
  { scope, claim }: { readonly scope: Scope; readonly claim: HeldClaim | undefined },
  proposed: Proposed,
): Promise<Answer> {
  const { asked, state, needs } = proposed;
  if (asked === undefined) throw new RefusedError(cannotWait(needs));
  const now = services.now();
  const waiting = await services.state.watchStore(() => services.approvals.waiting(state.key, now));
  if (waiting >= MAX_WAITING) refuse("limit_exceeded", tooMany(state.key));
  const approval = newApproval(proposed, { scope, asked, id: ruleIdFrom(services.draw), now });
  const body = { approval: approvalForm(approval, { state, now, sees: (environment) => scope.sees(environment) }) };
  const answer: Answer = { status: 202, body };
  const { document, ...row } = approval;
  const kept = claim === undefined ? undefined : { ...claimOf(claim), answer: keptText(answer) };
  await services.state.watchStore(() => services.approvals.add({ ...row, document: JSON.stringify(document) }, kept));
  return answer;
}

function newApproval(
  { state, action, items, needs, comment }: Proposed,
  {
    scope,
    asked,
    id,
    now,
  }: { readonly scope: Scope; readonly asked: AskedRequest; readonly id: string; readonly now: number },
): Approval {
  const { actor, role, project, environment } = scope.caller;
  const changed = differing(state, items);
  const document: ApprovalDocument = {
    action,
    ...(comment === undefined ? {} : { comment }),
    author: {
      actor,
      role,
      ...(project === undefined ? {} : { project }),
      ...(environment === undefined ? {} : { environment }),
    },
    asked,
    items: changed.map((item) => ({
      ...item,
      revision: revisionOf(state, item) ?? 0,
      before: documentOf(state, item) ?? null,
    })),
    bases: basesOf(state, changed),
    votes: [],
  };
  const environments = needs.map((need) => need.environment);
  return {
    project: state.key,
    id,
    status: "waiting",
    version: 1,
    at: now,
    expiresAt: now + WAITS_MS,
    environments,
    document,
  };
}

function claimOf({ caller, key, holder }: HeldClaim): HeldClaim {
  return { caller, key, holder };
}

/** What cannot be kept cannot wait. */
export function cannotWait(needs: readonly Need[]): Refusal {
  const where = needs.map(({ environment }) => environment).join(", ");
  const detail =
    `This would alter ${where}, where changes have to be approved, and a stream of lines cannot be kept until then. ` +
    "Nothing was changed; send the difference with POST …/keys {add, remove}, which can wait.";
  return { code: "approval_required", detail };
}

function tooMany(project: string): string {
  return `In the project ${project} ${MAX_WAITING} changes wait for approval, which is the limit. Decide on some of them first.`;
}
