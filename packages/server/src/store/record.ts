/**
 * The text of a change and the chain of their hashes, the same on every database.
 *
 *     hash(1) = SHA-256("" ‖ text(1))    hash(2) = SHA-256(hash(1) ‖ text(2))    …
 *
 * The text is the change's RFC 8785 JSON without its hash, and is kept as it was written; `at` in it is epoch
 * milliseconds. Who keeps a hash elsewhere can tell whether anything before it was altered.
 */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { z } from "zod";
import { itemId, itemKinds } from "../state/documents.ts";
import type { ListWork } from "./list-store.ts";
import type { Change, UnitOfWork } from "./port.ts";

/** What a record's text says. */
export type RecordContent = Omit<Change, "hash">;

const listChangeSchema = z.object({
  segment: z.string(),
  part: z.enum(["included", "excluded"]),
  list: z.string(),
  added: z.int(),
  removed: z.int(),
  digest: z.string(),
});

const actorSchema = z.object({ type: z.enum(["token", "user", "system"]), id: z.string(), name: z.string() });

const recordSchema: z.ZodType<RecordContent> = z.object({
  project: z.string(),
  revision: z.int(),
  at: z.int(),
  actor: actorSchema,
  action: z.string(),
  items: z.array(z.object({ kind: z.enum(itemKinds), key: z.string(), environment: z.string(), after: z.unknown() })),
  comment: z.string().exactOptional(),
  requestId: z.string().exactOptional(),
  approval: z.object({ id: z.string(), by: z.array(actorSchema) }).exactOptional(),
  lists: z.array(listChangeSchema).exactOptional(),
});

/** The next record of a chain. `at` is never earlier than the previous change's. */
export function writeRecord(
  work: UnitOfWork,
  previous: { readonly revision: number; readonly head: string; readonly at: number },
): { readonly text: string; readonly change: Change } {
  const { project, actor, action, items, comment, requestId, approval } = work;
  refuseDoubles(work);
  const at = Math.max(work.at, previous.at);
  const revision = previous.revision + 1;
  const lists = work.lists?.map(toListChange);
  const text = canonicalJson({ project, revision, at, actor, action, items, comment, requestId, approval, lists });
  return { text, change: { ...readRecord(text), hash: chainHash(previous.head, text) } };
}

/** What the record says of a list: the rows are found by list and revision. */
function toListChange({ segment, part, list, added, removed, digest }: ListWork) {
  return { segment, part, list, added, removed, digest };
}

/** SHA-256, hexadecimal, of the previous change's hash ("" before the first) followed by the text in UTF-8. */
export function chainHash(previous: string, text: string): string {
  return createHash("sha256").update(previous).update(text).digest("hex");
}

/** RFC 8785. A field that is `undefined` is left out. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("Only what JSON can hold can be kept in the history.");
  return text;
}

/** Reads a stored text; throws where it is no record. */
export function readRecord(text: string): RecordContent {
  return recordSchema.parse(JSON.parse(text));
}

/** As `readRecord`; `undefined` where it is no record. */
export function tryReadRecord(text: string): RecordContent | undefined {
  try {
    return readRecord(text);
  } catch {
    return undefined;
  }
}

function refuseDoubles({ items }: UnitOfWork): void {
  const seen = new Set<string>();
  for (const item of items) {
    const id = itemId(item);
    if (seen.has(id)) throw new TypeError(`A change may name each document once; this one names ${id} twice.`);
    seen.add(id);
  }
}
