/** What becomes of a segment. Pure. */
import { checkSegment, type Finding, type KeyLists } from "@bannerol/core";
import type { SegmentCreate, SegmentPatch, SegmentPut } from "@bannerol/protocol/schemas";
import { conditionSchema, keptListSchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import { fieldProblems } from "../../http/read.ts";
import { wrongWithKey } from "../../lists/key-limits.ts";
import { isKept, listParts } from "../../lists/named-lists.ts";
import type { Item, KeptList, SegmentDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import type { ListPart } from "../../store/list-store.ts";
import { type Decided, refused, refusedFor } from "../decision.ts";
import { listed } from "../listed.ts";
import { segmentNotFound } from "../reading.ts";
import { checkReferencesOf, usersOfSegment } from "../references.ts";
import { hasKey, otherPart, refuseSize } from "./keys/edit.ts";

/** Fields as they came, what core's checks look at still unread. */
type Raw<T> = Omit<T, "comment" | "revision" | "head" | "included" | "excluded" | "when"> & {
  readonly included?: unknown;
  readonly excluded?: unknown;
  readonly when?: unknown;
};

/** What a decision looks at: the documents, and the lists that are kept apart from them. */
export interface Sight {
  readonly state: ProjectState;
  readonly lists: KeyLists;
}

export function createSegment({ state, lists }: Sight, fields: Raw<SegmentCreate>): Decided<undefined> {
  if (state.segments.has(fields.key)) {
    return refused(
      "already_exists",
      `There is a segment ${fields.key} already. Change that one, or choose another key.`,
    );
  }
  return write({ state, lists }, { ...emptySegment, ...fields }, "segment.create");
}

/** Replaces a segment whole: what is not named becomes empty. */
export function putSegment(sight: Sight, key: string, fields: Raw<SegmentPut>): Decided<undefined> {
  if (!sight.state.segments.has(key)) return segmentNotFound(sight.state, key);
  return write(sight, { ...emptySegment, ...fields, key }, "segment.update");
}

/** Each field that is named is replaced whole; `by: null` goes back to targetingKey. */
export function patchSegment(sight: Sight, key: string, patch: Raw<SegmentPatch>): Decided<undefined> {
  const before = sight.state.segments.get(key)?.document;
  if (before === undefined) return segmentNotFound(sight.state, key);
  const { by, ...rest } = { ...before, ...patch };
  return write(sight, by === null || by === undefined ? rest : { ...rest, by }, "segment.update");
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

/**
 * The segment, or what is wrong with it by itself. A list that is kept apart stays as it is where the candidate names
 * it as it was read; nobody writes another.
 */
export function readSegment(candidate: Candidate, { state, lists }: Sight): SegmentDocument | readonly Finding[] {
  const kept = keptParts(candidate, state.segments.get(candidate.key)?.document);
  const written = { ...candidate, ...emptied(kept) };
  const findings = [...checkSegment(written), ...wrongKeys(written), ...inBoth(written, kept, lists)];
  if (findings.length > 0) return findings;
  const read = checkedFields.safeParse(written);
  return read.success ? { ...written, ...read.data, ...kept } : fieldProblems(read.error);
}

type KeptParts = { readonly [P in ListPart]?: KeptList };

function keptParts(candidate: Candidate, before: SegmentDocument | undefined): KeptParts {
  const kept = listParts.flatMap((part) => {
    const was = before?.[part];
    const named = keptListSchema.safeParse(candidate[part]);
    return was !== undefined && isKept(was) && named.data?.list === was.list ? [[part, was] as const] : [];
  });
  return Object.fromEntries(kept);
}

function emptied(kept: KeptParts): { readonly [P in ListPart]?: readonly string[] } {
  return Object.fromEntries(Object.keys(kept).map((part) => [part, []]));
}

/** What no list can keep: the document's lists may grow to be kept apart. */
function wrongKeys(written: Candidate): readonly Finding[] {
  return listParts.flatMap((part) => {
    const keys: unknown = written[part];
    if (!Array.isArray(keys)) return [];
    return keys.flatMap((key, at) => {
      const wrong = wrongWithKey(String(key));
      return wrong === undefined ? [] : [{ path: `${part}[${at}]`, message: `It ${wrong}` }];
    });
  });
}

/** Keys in the document that the other list has, which is kept apart. */
function inBoth(written: Candidate, kept: KeptParts, lists: KeyLists): readonly Finding[] {
  return listParts.flatMap((part) => {
    const other = kept[otherPart(part)];
    const keys = written[part];
    if (other === undefined || !Array.isArray(keys)) return [];
    const has = hasKey(other, lists);
    const message = `This key is in ${otherPart(part)} too, and cannot be both. Remove it from one.`;
    return keys.flatMap((key, at) => (has(String(key)) ? [{ path: `${part}[${at}]`, message }] : []));
  });
}

function write({ state, lists }: Sight, candidate: Candidate, action: string): Decided<undefined> {
  const after = readSegment(candidate, { state, lists });
  if (!("key" in after)) return refusedFor("The segment", after) ?? refused("invalid", "The segment is not valid.");
  const items: Item[] = [{ kind: "segment", key: after.key, environment: "", after }];
  return refuseSize(after) ?? checkReferencesOf(state, items) ?? { ok: true, action, items, result: undefined };
}
