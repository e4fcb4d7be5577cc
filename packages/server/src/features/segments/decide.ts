/** What becomes of a segment. Pure. */
import { checkSegment, type Finding } from "@bannerol/core";
import type { SegmentCreate, SegmentPatch, SegmentPut } from "@bannerol/protocol/schemas";
import { conditionSchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import { fieldProblems } from "../../http/read.ts";
import type { Item, SegmentDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { type Decided, refused, refusedFor } from "../decision.ts";
import { listed } from "../listed.ts";
import { segmentNotFound } from "../reading.ts";
import { checkReferencesOf, usersOfSegment } from "../references.ts";

/** Fields as they came, what core's checks look at still unread. */
type Raw<T> = Omit<T, "comment" | "revision" | "head" | "included" | "excluded" | "when"> & {
  readonly included?: unknown;
  readonly excluded?: unknown;
  readonly when?: unknown;
};

export function createSegment(state: ProjectState, fields: Raw<SegmentCreate>): Decided<undefined> {
  if (state.segments.has(fields.key)) {
    return refused(
      "already_exists",
      `There is a segment ${fields.key} already. Change that one, or choose another key.`,
    );
  }
  return write(state, { ...emptySegment, ...fields }, "segment.create");
}

/** Replaces a segment whole: what is not named becomes empty. */
export function putSegment(state: ProjectState, key: string, fields: Raw<SegmentPut>): Decided<undefined> {
  if (!state.segments.has(key)) return segmentNotFound(state, key);
  return write(state, { ...emptySegment, ...fields, key }, "segment.update");
}

/** Each field that is named is replaced whole; `by: null` goes back to targetingKey. */
export function patchSegment(state: ProjectState, key: string, patch: Raw<SegmentPatch>): Decided<undefined> {
  const before = state.segments.get(key)?.document;
  if (before === undefined) return segmentNotFound(state, key);
  const { by, ...rest } = { ...before, ...patch };
  return write(state, by === null || by === undefined ? rest : { ...rest, by }, "segment.update");
}

/** Refused while something uses it. */
export function deleteSegment(state: ProjectState, key: string): Decided<undefined> {
  if (!state.segments.has(key)) return segmentNotFound(state, key);
  const users = usersOfSegment(state, key);
  if (users.length > 0)
    return refused("still_referenced", `Segment ${key} is used by ${listed(users)}. Remove it there first.`);
  const items: Item[] = [{ kind: "segment", key, environment: "", after: null }];
  return { ok: true, action: "segment.delete", items, result: undefined };
}

/** What a segment is where nothing is named. */
export const emptySegment = { name: "", description: "", included: [], excluded: [], when: null };

const checkedFields = z.object({
  included: z.array(z.string()),
  excluded: z.array(z.string()),
  when: conditionSchema.nullable(),
});

/** A segment as it came, the parts that core's checks look at still unread. */
export interface Candidate extends Pick<SegmentDocument, "key" | "name" | "description" | "by"> {
  readonly included?: unknown;
  readonly excluded?: unknown;
  readonly when?: unknown;
}

/** The segment, or what is wrong with it by itself. */
export function readSegment(candidate: Candidate): SegmentDocument | readonly Finding[] {
  const findings = checkSegment(candidate);
  if (findings.length > 0) return findings;
  const read = checkedFields.safeParse(candidate);
  return read.success ? { ...candidate, ...read.data } : fieldProblems(read.error);
}

function write(state: ProjectState, candidate: Candidate, action: string): Decided<undefined> {
  const after = readSegment(candidate);
  if (!("key" in after)) return refusedFor("The segment", after) ?? refused("invalid", "The segment is not valid.");
  const items: Item[] = [{ kind: "segment", key: after.key, environment: "", after }];
  return checkReferencesOf(state, items) ?? { ok: true, action, items, result: undefined };
}
