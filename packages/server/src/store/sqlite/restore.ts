/**
 * Puts a backup in the place of a database that nobody uses.
 *
 *     lock ─► copy beside it ─► checks, every chain too ─► new epoch, recorded ─► the old one aside ─► in its place
 *
 * The copy is made ready before the database is touched: what is wrong with a backup is found while the old one still
 * stands. The epoch is new because revisions of the history that is given up would name other changes in this one.
 */
import { randomUUID } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, linkSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { StoreFault } from "../fault.ts";
import { type Store, SYSTEM_PROJECT } from "../port.ts";
import { checkFile } from "./backup.ts";
import { lockFolderOf, removeWithLog } from "./draft.ts";
import { putInPlace, syncFile, syncFolderOf } from "./durable-files.ts";
import { withFaults } from "./faults.ts";
import { openSqliteStore } from "./sqlite-store.ts";

export interface RestoreOptions {
  /** Path of the database that is replaced; it need not be there. */
  readonly database: string;
  /** The backup; it stays as it is. */
  readonly file: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface Restored {
  /** The new one. */
  readonly epoch: string;
  /** How many changes each project has. */
  readonly projects: ReadonlyMap<string, number>;
  /** Where the database that was there is now; nothing where there was none. */
  readonly aside?: string;
}

/** Throws a `StoreFault` where a server uses the database or the backup is not sound; nothing is changed then. */
export async function restoreDatabase({ database, file, at }: RestoreOptions): Promise<Restored> {
  const [path, source] = [resolve(database), resolve(file)];
  refuseUnfit(path, source);
  const lock = lockFolderOf(path);
  const draft = `${path}.restoring`;
  try {
    withFaults(() => {
      removeWithLog(draft);
      copyFileSync(source, draft);
      chmodSync(draft, 0o600);
    });
    const { epoch, projects } = await checkAndRecord(draft, at);
    const aside = withFaults(() => {
      syncFile(draft);
      const before = setAside(path, at);
      putInPlace(draft, path);
      return before;
    });
    return { epoch, projects, ...(aside === undefined ? {} : { aside }) };
  } finally {
    removeWithLog(draft);
    lock.release();
  }
}

function refuseUnfit(path: string, source: string): void {
  if (path === source) throw new StoreFault("unavailable", `${source} is the database itself. Name a backup of it.`);
  if (!existsSync(source)) throw new StoreFault("unavailable", `There is no file ${source}. Name a backup.`);
  if (existsSync(`${source}-wal`) && statSync(`${source}-wal`).size > 0) {
    const detail = `${source} is a database with changes beside it, and no backup. Make one of it: bannerol server backup.`;
    throw new StoreFault("unavailable", detail);
  }
  withFaults(() => checkFile(source));
}

/** Migrates the copy, verifies each chain, and writes the restoring down as a change of the installation. */
async function checkAndRecord(draft: string, at: number): Promise<Pick<Restored, "epoch" | "projects">> {
  const store = await openSqliteStore({ file: draft, at });
  try {
    const found = new Map<string, number>();
    for (const project of await store.projects()) {
      const verdict = await store.verify(project);
      if (!verdict.ok) {
        const detail = `The backup's history of project ${project} is not sound at revision ${verdict.revision}: ${verdict.reason} Take another backup.`;
        throw new StoreFault("corrupt", detail);
      }
      if (project !== SYSTEM_PROJECT) found.set(project, verdict.checked);
    }
    return { epoch: await renewEpoch(store, at), projects: found };
  } finally {
    await store.close();
  }
}

async function renewEpoch(store: Store, at: number): Promise<string> {
  const { revision, viewFormat } = await store.load(SYSTEM_PROJECT);
  const epoch = randomUUID();
  await store.commit({
    project: SYSTEM_PROJECT,
    expectedRevision: revision,
    at,
    actor: { type: "system", id: "restore", name: "bannerol server restore" },
    action: "installation.restore",
    items: [],
    views: [],
    viewFormat,
    epoch,
    comment: `A backup was restored; the epoch until then was ${store.epoch}.`,
  });
  return epoch;
}

/** The database that was there, and the log of what it had not taken in yet, under other names. */
function setAside(path: string, at: number): string | undefined {
  if (!existsSync(path)) return undefined;
  const aside = `${path}.before-${new Date(at).toISOString().replaceAll(":", "-")}`;
  if (existsSync(`${path}-wal`)) linkSync(`${path}-wal`, `${aside}-wal`);
  linkSync(path, aside);
  syncFolderOf(path);
  // Read into another database than its own, a log would damage that.
  rmSync(`${path}-wal`, { force: true });
  rmSync(`${path}-shm`, { force: true });
  return aside;
}
