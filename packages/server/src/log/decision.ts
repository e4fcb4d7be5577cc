/** What goes into the ledger and what comes out of it: a request, what was decided on it, and what became of it. */

import type { KeyList } from "@bannerol/core";
import type { Item } from "../state/documents.ts";
import type { WorkApproval } from "../store/approval-store.ts";
import type { HeldClaim } from "../store/idempotency-store.ts";
import type { ListWork } from "../store/list-store.ts";
import type { Actor, Approved, Change, CredentialDigest } from "../store/port.ts";

/** Who changes which project, when and why. */
export interface ChangeRequest {
  readonly project: string;
  readonly actor: Actor;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly comment?: string;
  readonly requestId?: string;
  /** Nothing is changed where it is not held any more: the ledger rejects with `ClaimLost`. */
  readonly claim?: HeldClaim;
  /** There where it had to be approved. The ledger rejects with `ApprovalMoved` where that is not what it was any more. */
  readonly approval?: { readonly record: Approved; readonly closes: (revision: number) => WorkApproval };
}

/** A staged difference that a decision makes part of its change, and the list as it is after it. */
export interface DecidedList {
  readonly work: ListWork;
  readonly after: KeyList;
}

/** The text of an answer, once it is known what the change will be. */
export type KeptAnswer = (change: Change) => string;

/** What a pure `decide` made of a command: a refusal, or the documents as they shall be. */
export type Decision<T, R> =
  | { readonly ok: false; readonly refusal: R }
  | {
      readonly ok: true;
      /** As in `flag.create`. */
      readonly action: string;
      /** Those that are in the state already are left out; where none remains, nothing is written. */
      readonly items: readonly Item[];
      /** Why, where the decision knows better than its request. */
      readonly comment?: string;
      readonly credentials?: readonly CredentialDigest[];
      readonly lists?: readonly DecidedList[];
      /** The answer to keep with the change, where its request holds a claim; it is asked before the change is made. */
      readonly answer?: KeptAnswer;
      /** Handed back as it is. */
      readonly result: T;
    };

export type Execution<T, R> =
  | { readonly ok: false; readonly refusal: R }
  | {
      readonly ok: true;
      /** The project's revision: the change's, or the one that stands where nothing was to change. */
      readonly revision: number;
      readonly change: Change | undefined;
      readonly result: T;
    };
