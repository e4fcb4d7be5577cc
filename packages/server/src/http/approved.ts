import type { ItemName } from "../state/documents.ts";
import type { WorkApproval } from "../store/approval-store.ts";
import type { Approved, Change } from "../store/port.ts";
import type { Answer } from "./route.ts";

/** A document with the revision that it had, 0 where it was not there. */
export interface Base extends ItemName {
  readonly revision: number;
}

/** What a request brings with it that has waited, and was approved. */
export interface ApprovedRequest {
  /** For the log. */
  readonly record: Approved;
  /** How many approved it for an environment. */
  readonly votesFor: (environment: string) => number;
  /** What it was proposed for: it is carried out on these documents as they were then, or not at all. */
  readonly bases: readonly Base[];
  /** How the approval ends with the change of this revision. */
  readonly closes: (revision: number) => WorkApproval;
  /** What the last one who approved it is answered with. */
  readonly answer: (change: Change) => Answer;
}
