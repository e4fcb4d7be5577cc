import { approvalCalls } from "./calls/approvals.ts";
import { keyCalls, tokenCalls } from "./calls/credentials.ts";
import { evaluationCalls } from "./calls/evaluations.ts";
import { flagCalls } from "./calls/flags.ts";
import { freezeCalls } from "./calls/freezes.ts";
import { historyCalls } from "./calls/history.ts";
import { invariantCalls } from "./calls/invariants.ts";
import { projectCalls } from "./calls/projects.ts";
import { promotionCalls } from "./calls/promotion.ts";
import { releaseCalls } from "./calls/releases.ts";
import { scheduleCalls } from "./calls/schedules.ts";
import { segmentCalls } from "./calls/segments.ts";
import { targetingCalls } from "./calls/targeting.ts";
import { userCalls } from "./calls/users.ts";
import { webhookCalls } from "./calls/webhooks.ts";
import { type AdminClientOptions, createSend } from "./request.ts";

/**
 * Typed calls of the admin API, by noun.
 *
 * Every call answers `{body, etag?}`; the ETag of what was read goes back in `ifMatch`, so that a change made by
 * somebody else in between is not overwritten. A change that others must approve first is thrown as `ApprovalPending`,
 * refusals as `AdminApiError`, silence as
 * `ServerUnreachableError`, a key that could not stand in a path as `InvalidPathError`. Answers have the types of the
 * protocol's schemas and are not checked again.
 */
export class AdminClient {
  readonly projects;
  readonly flags;
  readonly targeting;
  readonly segments;
  readonly schedules;
  readonly releases;
  readonly history;
  readonly evaluations;
  readonly promotion;
  readonly invariants;
  readonly approvals;
  readonly freezes;
  readonly keys;
  readonly tokens;
  readonly users;
  readonly webhooks;

  constructor(options: AdminClientOptions) {
    const send = createSend(options);
    this.projects = projectCalls(send);
    this.flags = flagCalls(send);
    this.targeting = targetingCalls(send);
    this.segments = segmentCalls(send);
    this.schedules = scheduleCalls(send);
    this.releases = releaseCalls(send);
    this.history = historyCalls(send);
    this.evaluations = evaluationCalls(send);
    this.promotion = promotionCalls(send);
    this.invariants = invariantCalls(send);
    this.approvals = approvalCalls(send);
    this.freezes = freezeCalls(send);
    this.keys = keyCalls(send);
    this.tokens = tokenCalls(send);
    this.users = userCalls(send);
    this.webhooks = webhookCalls(send);
  }
}
