/**
 * Recomputes a project's chain, and compares with it what a database repeats of it: columns, items, documents, lists. It
 * reads in pages and gives the event loop its turn between them, so that a long history stops nobody.
 */
import { type SQL, sql } from "drizzle-orm";
import type { ItemName } from "../state/documents.ts";
import { ChainCheck } from "./chain-check.ts";
import type { ChainEnd } from "./one-chain.ts";
import type { ChainVerdict } from "./port.ts";
import { canonicalJson, type RecordContent } from "./record.ts";
import { type ChangeRow, type RepeatedColumns, repeatedColumns } from "./rows.ts";
import { type KeptDifference, listsDiffer, type ReadRows } from "./verify-lists.ts";

type Misfit = Extract<ChainVerdict, { readonly ok: false }>;
type Eventually<T> = T | Promise<T>;

export interface ItemRow extends ItemName {
  readonly revision: number;
  /** JSON; null for a removal. */
  readonly after: string | null;
}

/** Revisions, both inclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What an adapter reads of one project. */
export interface VerifySource {
  /** Where the project's row says that the chain ends. Throws where there is no such project. */
  readonly end: () => Eventually<ChainEnd>;
  /** In the order of their revisions. */
  readonly changes: (span: Span) => Eventually<readonly ChangeRow[]>;
  /** In the order of their revisions, and of their positions within one. */
  readonly items: (span: Span) => Eventually<readonly ItemRow[]>;
  /** In the order of their revisions. */
  readonly lists: (span: Span) => Eventually<readonly KeptDifference[]>;
  readonly rows: ReadRows;
  /** The first document that is not what the items make of it: what `strayDocument` asks for. */
  readonly stray: () => Eventually<StrayRow | undefined>;
}

export type StrayRow = ItemName & { readonly revision: number };

const PAGE = 200;
/** A change may have thousands; comparing so many takes some milliseconds. */
const ITEMS_AT_ONCE = 500;

/** The newest documents must be the newest items that are no removals, all of them and no others. */
export function strayDocument(project: string): SQL {
  return sql`
    SELECT d.revision, d.kind, d.key, d.environment
    FROM documents d LEFT JOIN change_items i USING (project, kind, key, environment, revision)
    WHERE d.project = ${project} AND (i.after IS DISTINCT FROM d.document OR EXISTS (
      SELECT 1 FROM change_items newer
      WHERE newer.project = d.project AND newer.kind = d.kind AND newer.key = d.key
        AND newer.environment = d.environment AND newer.revision > d.revision))
    UNION ALL
    SELECT i.revision, i.kind, i.key, i.environment
    FROM change_items i LEFT JOIN documents d USING (project, kind, key, environment)
    WHERE i.project = ${project} AND i.after IS NOT NULL AND d.project IS NULL AND NOT EXISTS (
      SELECT 1 FROM change_items newer
      WHERE newer.project = i.project AND newer.kind = i.kind AND newer.key = i.key
        AND newer.environment = i.environment AND newer.revision > i.revision)
    ORDER BY revision LIMIT 1`;
}

export async function verifyProject(project: string, source: VerifySource): Promise<ChainVerdict> {
  // Changes that are made meanwhile are left to the next time.
  const end = await source.end();
  const check = new ChainCheck(project);
  let at = 0;
  while (check.checked < end.revision) {
    const span = { from: check.checked + 1, to: Math.min(check.checked + PAGE, end.revision) };
    const page = { rows: await source.changes(span), items: await source.items(span), lists: await source.lists(span) };
    const misfit = await checkPage(check, page, source.rows);
    if (misfit !== undefined) return misfit;
    at = page.rows.at(-1)?.at ?? at;
    await new Promise((resume) => setImmediate(resume));
  }
  if (check.head !== end.head) {
    return misfitAt(end.revision, "The project's head is not the hash of its newest change.");
  }
  if (at !== end.at) return misfitAt(end.revision, "The project's instant is not that of its newest change.");
  if (await goesOnAfter(end, source)) {
    return misfitAt(end.revision + 1, "It lies beyond what the project's row says is the end of the history.");
  }
  const stray = await source.stray();
  return stray === undefined ? { ok: true, head: check.head, checked: check.checked } : strayMisfit(stray);
}

/** Changes that are made meanwhile move the end with them. */
async function goesOnAfter({ revision }: ChainEnd, source: VerifySource): Promise<boolean> {
  const beyond = await source.changes({ from: revision + 1, to: revision + 1 });
  return beyond.length > 0 && (await source.end()).revision === revision;
}

interface Page {
  readonly rows: readonly ChangeRow[];
  readonly items: readonly ItemRow[];
  readonly lists: readonly KeptDifference[];
}

async function checkPage(check: ChainCheck, { rows, items, lists }: Page, read: ReadRows): Promise<Misfit | undefined> {
  if (rows.length === 0) return misfitAt(check.checked + 1, `Change ${check.checked + 1} is missing.`);
  const itemsOf = grouped(items);
  const listsOf = grouped(lists);
  let compared = 0;
  for (const row of rows) {
    const own = itemsOf.get(row.revision) ?? [];
    compared += own.length;
    if (compared > ITEMS_AT_ONCE) {
      compared = own.length;
      await new Promise((resume) => setImmediate(resume));
    }
    const step = check.next(row);
    if ("reason" in step) return misfitAt(step.revision, step.reason);
    const { record } = step;
    const reason =
      columnsDiffer(row, record) ??
      itemsDiffer(own, record) ??
      (await listsDiffer(record.lists ?? [], listsOf.get(row.revision) ?? [], read));
    if (reason !== undefined) return misfitAt(row.revision, reason);
  }
  return undefined;
}

function grouped<T extends { readonly revision: number }>(rows: readonly T[]): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.revision);
    if (group === undefined) groups.set(row.revision, [row]);
    else group.push(row);
  }
  return groups;
}

function columnsDiffer(row: ChangeRow, record: RecordContent): string | undefined {
  const said = repeatedColumns(record);
  const names: readonly (keyof RepeatedColumns)[] = ["at", "actorType", "actorId", "actorName", "action"];
  return names.every((name) => row[name] === said[name]) ? undefined : "Its columns say something else than its text.";
}

function itemsDiffer(rows: readonly ItemRow[], { items }: RecordContent): string | undefined {
  const kept = rows.map(({ kind, key, environment, after }) => [kind, key, environment, after]);
  const said = items.map(({ kind, key, environment, after }) => [
    kind,
    key,
    environment,
    after === null ? null : canonicalJson(after),
  ]);
  return JSON.stringify(kept) === JSON.stringify(said) ? undefined : "Its items are not those of its text.";
}

function strayMisfit({ revision, kind, key, environment }: StrayRow): Misfit {
  const where = environment === "" ? "" : ` of ${environment}`;
  return misfitAt(revision, `The stored ${kind} ${key}${where} is not what the history made of it.`);
}

function misfitAt(revision: number, reason: string): Misfit {
  return { ok: false, revision, reason };
}
