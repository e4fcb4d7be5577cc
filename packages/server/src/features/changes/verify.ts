/**
 * The check of a history, and of the views that are served of it. By itself a chain shows only that it is one: who can edit
 * the table can compute it anew, or cut its end. A head that was kept elsewhere shows that too.
 */
import { viewsDiffer } from "../../log/views-differ.ts";
import type { ChainVerdict, ChangeFilter, ChangeWithBefore, StoredProject } from "../../store/port.ts";

/** A head that was kept elsewhere: the beginning of its hash suffices; `revision` is where it stood. */
export interface KeptHead {
  readonly head: string;
  readonly revision?: number;
}

/** What of the log is asked: the ledger, or a store that nothing else uses. */
export interface Verified {
  verify(project: string): Promise<ChainVerdict>;
  load(project: string): Promise<StoredProject>;
  changes(project: string, filter: ChangeFilter): Promise<readonly ChangeWithBefore[]>;
}

const PAGE = 200;

export async function verifyAgainst(log: Verified, project: string, kept?: KeptHead): Promise<ChainVerdict> {
  const verdict = await log.verify(project);
  if (!verdict.ok) return verdict;
  const stored = await log.load(project);
  const reason = await viewsDiffer(stored);
  if (reason !== undefined) return { ok: false, revision: stored.revision, reason };
  if (kept === undefined) return verdict;
  const { head, revision } = kept;
  if (revision === undefined) {
    if (await holds(log, project, head)) return verdict;
    return { ok: false, revision: verdict.checked, reason: "No change of this history has the head that was kept." };
  }
  if (revision > verdict.checked) {
    const reason = `The history ends at revision ${verdict.checked}: what came after it, up to the head that was kept, is gone.`;
    return { ok: false, revision: verdict.checked + 1, reason };
  }
  const found = await log.changes(project, { sinceRevision: revision - 1, untilRevision: revision, limit: 1 });
  if (found.some(({ change }) => change.hash.startsWith(head))) return verdict;
  return {
    ok: false,
    revision,
    reason: "Its hash is not the head that was kept: it, or a change before it, was rewritten.",
  };
}

async function holds(log: Verified, project: string, head: string): Promise<boolean> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = await log.changes(project, { before, limit: PAGE });
    if (page.some(({ change }) => change.hash.startsWith(head))) return true;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return false;
    before = last.change.revision;
  }
}
