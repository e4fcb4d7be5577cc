/** Rows of the log as every database keeps them: the stored text, and columns that repeat what filters ask for. */
import { StoreFault } from "./fault.ts";
import type { Actor, Change } from "./port.ts";
import { chainHash, tryReadRecord } from "./record.ts";

export interface ChangeRow {
  readonly project: string;
  readonly revision: number;
  readonly at: number;
  readonly actorType: Actor["type"];
  readonly actorId: string;
  readonly actorName: string;
  readonly action: string;
  /** What was hashed. */
  readonly text: string;
  readonly hash: string;
}

/** The columns that repeat a part of the text. */
export type RepeatedColumns = Omit<ChangeRow, "project" | "revision" | "text" | "hash">;

export function repeatedColumns({ at, actor, action }: Pick<Change, "at" | "actor" | "action">): RepeatedColumns {
  const { type, id, name } = actor;
  return { at, actorType: type, actorId: columnText(id), actorName: columnText(name), action: columnText(action) };
}

/**
 * Text as a column can hold it: PostgreSQL takes no U+0000, and UTF-8 has no lone surrogates. The stored text of a
 * change needs none of this, since JSON escapes both.
 */
export function columnText(text: string): string {
  return text.replace(/\p{Surrogate}|\0/gu, "\u{fffd}");
}

/** Throws where the row does not continue the chain. */
export function toFollowed({ project, revision, text, hash }: ChangeRow, previous: string): Change {
  const record = chainHash(previous, text) === hash ? tryReadRecord(text) : undefined;
  if (record !== undefined) return { ...record, hash };
  throw new StoreFault(
    "corrupt",
    `Change ${revision} of project ${project} was altered in the database, so nothing after it is taken from there. ` +
      "Verify the project's history, and restore a backup.",
  );
}

/** Each row as the change that follows the one before it; `continues` is the hash that the first of them continues. */
export function toStretch(rows: readonly ChangeRow[], continues: string): readonly Change[] {
  let previous = continues;
  return rows.map((row) => {
    const change = toFollowed(row, previous);
    previous = row.hash;
    return change;
  });
}

/** A row whose text was made unreadable is listed by its columns, without items. */
export function toListed(row: ChangeRow): Change {
  const { project, revision, at, actorType, actorId, actorName, action, hash } = row;
  const actor = { type: actorType, id: actorId, name: actorName };
  return { ...(tryReadRecord(row.text) ?? { project, revision, at, actor, action, items: [] }), hash };
}

/** `undefined` where it is no JSON. */
export function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
