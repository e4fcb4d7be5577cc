/** What the store keeps of a change that waits: all that it takes to show it, to vote on it and to carry it out later. */
import { z } from "zod";
import type { Caller } from "../../auth/scope.ts";
import type { Base } from "../../http/approved.ts";
import { type AskedRequest, askedSchema } from "../../http/asked.ts";
import { itemKinds } from "../../state/documents.ts";
import type { ApprovalStep, StoredApproval } from "../../store/approval-store.ts";
import type { Actor } from "../../store/port.ts";

/** How long others may approve it. */
export const WAITS_MS = 7 * 24 * 60 * 60_000;
/** So many may wait in a project at once. */
export const MAX_WAITING = 200;

export interface Vote {
  readonly by: Actor;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The environments for which it counts: those within the voter's reach. */
  readonly covers: readonly string[];
  readonly comment?: string;
}

export interface WaitingItem extends Base {
  /** As it was when it was proposed, and as it would be. */
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface ApprovalDocument {
  readonly action: string;
  readonly comment?: string;
  /** As whom it is carried out. */
  readonly author: Pick<Caller, "actor" | "role" | "project" | "environment">;
  readonly asked: AskedRequest;
  readonly items: readonly WaitingItem[];
  /** What it touches, and the flags of the targetings among it, each with its revision. */
  readonly bases: readonly Base[];
  readonly votes: readonly Vote[];
  readonly closed?: { readonly by: Actor; readonly at: number; readonly comment?: string };
  /** Of the change that it became. */
  readonly revision?: number;
}

/** An approval with its document read. */
export interface Approval extends Omit<StoredApproval, "document"> {
  readonly document: ApprovalDocument;
}

const actor: z.ZodType<Actor> = z.object({
  type: z.enum(["token", "user", "system"]),
  id: z.string(),
  name: z.string(),
});
const base = { kind: z.enum(itemKinds), key: z.string(), environment: z.string(), revision: z.int() };
const signed = { by: actor, at: z.number(), comment: z.string().exactOptional() };

const documentSchema: z.ZodType<ApprovalDocument> = z.object({
  action: z.string(),
  comment: z.string().exactOptional(),
  author: z.object({
    actor,
    role: z.string(),
    project: z.string().exactOptional(),
    environment: z.string().exactOptional(),
  }),
  asked: askedSchema,
  items: z.array(z.object({ ...base, before: z.unknown().optional(), after: z.unknown().optional() })),
  bases: z.array(z.object(base)),
  votes: z.array(z.object({ ...signed, covers: z.array(z.string()) })),
  closed: z.object(signed).exactOptional(),
  revision: z.int().exactOptional(),
});

/** Throws where it is none: the row was edited by hand. */
export function readApproval({ document, ...row }: StoredApproval): Approval {
  return { ...row, document: documentSchema.parse(JSON.parse(document)) };
}

/** The next step of an approval. */
export function stepOf(
  { project, id, version }: Approval,
  status: ApprovalStep["status"],
  document: ApprovalDocument,
): ApprovalStep {
  return { project, id, status, version: version + 1, document: JSON.stringify(document) };
}
