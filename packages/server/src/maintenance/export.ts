/**
 * A whole installation as lines: every project's log with what stands beside it. It reads a page at a time and keeps no
 * transaction open, so it may take as long as it likes beside a server that writes: what stands in a log never changes,
 * and where each log ends is told by one look at all of them.
 */
import { createHash } from "node:crypto";
import { StoreFault } from "../store/fault.ts";
import type { HistorySource } from "../store/history-source.ts";
import { type KeyRow, ROWS_AT_ONCE, type StoredList } from "../store/list-store.ts";
import { type CredentialDigest, type StoredProject, SYSTEM_PROJECT, type ViewChange } from "../store/port.ts";
import { readRecord } from "../store/record.ts";
import { type ChangeRow, toStretch } from "../store/rows.ts";
import { EXPORT_FORMAT, EXPORT_VERSION, lineOf, viewsByVersion } from "./export-format.ts";

/** Few, since one may be as large as a change set. */
const PAGE = 16;
/** A look is taken again where the installation changed meanwhile, which it seldom does. */
const MAX_LOOKS = 20;

/** Where a project stands when it is exported. */
type Standing = Pick<StoredProject, "key" | "revision" | "head" | "viewFormat" | "entities">;

/** Every line with its line feed. Rejects with a `StoreFault` where the database fails or its log is not sound. */
export async function* exportLines(source: HistorySource): AsyncGenerator<string, ReadonlyMap<string, number>> {
  const checksum = createHash("sha256");
  const taken = (line: string): string => {
    checksum.update(line);
    return line;
  };
  const standings = await lookAtAll(source);
  const digests = new Map((await source.digests()).map((digest) => [digest.id, digest]));
  yield taken(lineOf(headerOf(source.epoch, standings)));
  for (const standing of standings) {
    for await (const line of projectLines(source, standing, digests)) yield taken(line);
  }
  yield lineOf({ end: true, sha256: checksum.digest("hex") });
  return new Map(standings.map(({ key, revision }) => [key, revision]));
}

/**
 * All projects as they stood at one moment. Projects do not depend on one another, only on the installation: where that
 * is the same before and after the look, the look is as good as one at a single moment.
 */
async function lookAtAll(source: HistorySource): Promise<readonly Standing[]> {
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const system = await standingOf(source, SYSTEM_PROJECT);
    const others: Standing[] = [];
    for (const key of await source.projects()) {
      if (key !== SYSTEM_PROJECT) others.push(await standingOf(source, key));
    }
    if ((await source.load(SYSTEM_PROJECT)).revision === system.revision) return [system, ...others];
  }
  throw new StoreFault(
    "unavailable",
    "Projects or tokens change all the time, so no moment could be exported. Try again.",
  );
}

async function standingOf(source: HistorySource, project: string): Promise<Standing> {
  const { key, revision, head, viewFormat, entities, viewsLost } = await source.load(project);
  // By an outdated format whoever opens the database knows to project its views anew.
  return { key, revision, head, viewFormat: viewsLost ? 0 : viewFormat, entities };
}

function headerOf(epoch: string, standings: readonly Standing[]): object {
  const projects = standings.map(({ key, revision, head, viewFormat }) => {
    return { project: key, revision, head, viewFormat };
  });
  return { format: EXPORT_FORMAT, version: EXPORT_VERSION, epoch, projects };
}

async function* projectLines(
  source: HistorySource,
  { key: project, revision: end, head, entities }: Standing,
  digests: Map<string, CredentialDigest>,
): AsyncGenerator<string> {
  const views = viewsByVersion(entities);
  const lists = new Map((await source.lists.of(project)).map((list) => [list.id, list]));
  let previous = "";
  for (let from = 1; from <= end; from += PAGE) {
    const rows = await source.log(project, { from, to: Math.min(from + PAGE - 1, end) });
    // Throws where a row does not continue the chain: what is exported is sound.
    toStretch(rows, previous);
    for (const row of rows) {
      yield* listLines(source, row, lists);
      yield changeLine(row, { views, digests, lists });
    }
    previous = rows.at(-1)?.hash ?? previous;
  }
  if (previous !== head) {
    const detail = `The history of project ${project} does not end where its row says. Verify it, and restore a backup.`;
    throw new StoreFault("corrupt", detail);
  }
}

interface Beside {
  readonly views: ReadonlyMap<number, readonly ViewChange[]>;
  /** Those that no change has been written with yet. */
  readonly digests: Map<string, CredentialDigest>;
  readonly lists: ReadonlyMap<string, StoredList>;
}

function changeLine({ project, revision, hash, text }: ChangeRow, beside: Beside): string {
  const record = readRecord(text);
  const views = beside.views.get(revision);
  const digests = record.items.flatMap(({ kind, key }) => {
    const known = kind === "key" || kind === "token" ? beside.digests.get(key) : undefined;
    // It goes with the first change that names it, the one that made it.
    beside.digests.delete(key);
    return known === undefined ? [] : [{ id: known.id, digest: known.digest }];
  });
  const made = (record.lists ?? []).flatMap(({ list }) => {
    const found = beside.lists.get(list);
    return found?.changes[0]?.revision === revision ? [{ id: list, secret: found.secret }] : [];
  });
  return lineOf({
    project,
    revision,
    hash,
    text,
    ...(views === undefined ? {} : { views }),
    ...(digests.length === 0 ? {} : { digests }),
    ...(made.length === 0 ? {} : { lists: made }),
  });
}

/** The keys that a change added to lists, or took from them. */
async function* listLines(
  source: HistorySource,
  { revision, text }: ChangeRow,
  lists: ReadonlyMap<string, StoredList>,
): AsyncGenerator<string> {
  for (const { list } of readRecord(text).lists ?? []) {
    const difference = lists.get(list)?.changes.find((change) => change.revision === revision)?.difference;
    if (difference === undefined) continue;
    for (let position = 0; ; position += ROWS_AT_ONCE) {
      const rows = await source.lists.rows(difference, position, ROWS_AT_ONCE);
      if (rows.length > 0) yield lineOf({ list, keys: rows.map(signed) });
      if (rows.length < ROWS_AT_ONCE) break;
    }
  }
}

function signed({ key, added }: KeyRow): string {
  return `${added ? "+" : "-"}${key}`;
}
