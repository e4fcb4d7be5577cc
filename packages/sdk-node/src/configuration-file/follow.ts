/**
 * Follows one file through whatever is done to it: written over, replaced, removed, swapped behind a symbolic link.
 *
 *     fs.watch on its folders ─► quiet for a moment ─┐
 *     a slow poll ───────────────────────────────────┴─► look: stat, read, stat ─► seen
 *
 * The poll is what can be relied on, where events are lost (network file systems, containers, a folder that was itself
 * replaced); events make it quick. Nothing of it keeps the process alive. It does not look into the text.
 */
import { type FSWatcher, watch } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { reasonOf, type Timers } from "@bannerol/client";
import { codeOf } from "../error-code.ts";

/** What a look at the file found. */
export type Seen =
  /** It is as it was at the last look. */
  | { readonly kind: "same" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "unreadable"; readonly reason: string };

export interface FollowOptions {
  /** Absolute. */
  readonly file: string;
  readonly maxBytes: number;
  readonly timers: Timers;
  /** Told of every look, one after the other. Must not reject. */
  readonly seen: (seen: Seen) => Promise<void>;
}

export interface Follower {
  /** Looks now, or once more where a look is under way. Never rejects. */
  readonly look: () => Promise<void>;
  readonly stop: () => void;
}

const POLL_MS = 5_000;
/** An editor touches a file several times to save it once. */
const QUIET_MS = 50;
const LONGEST_QUIET_MS = 500;
/** A file system may keep time in steps of two seconds: so close to its last change, equal times prove nothing. */
const YOUNG_MS = 10_000;

interface Stamp {
  readonly text: string;
  readonly modifiedAt: number;
}

export function followFile({ file, maxBytes, timers, seen }: FollowOptions): Follower {
  let last: { readonly stamp: Stamp; readonly at: number } | undefined;
  let lastSeen: Seen | undefined;
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let watched = "";
  let watchers: readonly FSWatcher[] = [];
  let cancelPoll: (() => void) | undefined;
  let cancelQuiet: (() => void) | undefined;
  let noisySince: number | undefined;

  const look = (): Promise<void> => {
    again = looking !== undefined;
    looking ??= lookUntilSettled();
    return looking;
  };

  const lookUntilSettled = async (): Promise<void> => {
    do {
      again = false;
      const found = await findOut().catch((error: unknown) => unreadable(reasonFor(file, error)));
      if (stopped) break;
      if (found !== undefined) await tell(found);
    } while (again && !stopped);
    looking = undefined;
  };

  /** Undefined where the file changed while it was read: there is another look to come. */
  const findOut = async (): Promise<Seen | undefined> => {
    const before = await stampOf(file, maxBytes);
    const old = last?.stamp.text === before.text && last.at - before.modifiedAt > YOUNG_MS;
    if (old) return { kind: "same" };
    const at = Date.now();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
    const after = await stampOf(file, maxBytes);
    if (after.text !== before.text) {
      hear();
      return undefined;
    }
    last = { stamp: before, at };
    return { kind: "text", text };
  };

  const tell = async (found: Seen): Promise<void> => {
    const same = found.kind === "same" || isSame(found, lastSeen);
    if (found.kind === "unreadable") last = undefined;
    if (!same) lastSeen = found;
    await seen(same ? { kind: "same" } : found);
  };

  /** Something happened in one of the folders: look once it is quiet, but not too late. */
  const hear = (): void => {
    if (stopped) return;
    const now = performance.now();
    noisySince ??= now;
    cancelQuiet?.();
    const left = Math.max(0, noisySince + LONGEST_QUIET_MS - now);
    cancelQuiet = timers.set(Math.min(QUIET_MS, left), () => {
      noisySince = undefined;
      void look();
    });
  };

  const poll = async (): Promise<void> => {
    await watchFolders();
    await look();
    if (!stopped) cancelPoll = timers.set(POLL_MS, () => void poll());
  };

  /** Anew where a folder is another one than it was, or the file's link leads elsewhere. */
  const watchFolders = async (): Promise<void> => {
    const folders = await foldersOf(file);
    const ids = await Promise.all(folders.map(idOf));
    const wanted = ids.join();
    if (stopped || wanted === watched) return;
    for (const watcher of watchers) watcher.close();
    watchers = folders.flatMap((folder) => watchFolder(folder, hear, () => (watched = "")));
    watched = wanted;
  };

  void poll();
  return {
    look,
    stop() {
      stopped = true;
      cancelPoll?.();
      cancelQuiet?.();
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** Where something can happen that changes the file: its own folder, and that of what it links to. */
async function foldersOf(file: string): Promise<readonly string[]> {
  const own = path.dirname(file);
  const target = await realpath(file).then(path.dirname, () => own);
  return [...new Set([own, target])];
}

async function idOf(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  return `${folder}:${found?.dev}:${found?.ino}`;
}

/** None where the folder cannot be watched: then the poll has to do. */
function watchFolder(folder: string, heard: () => void, failed: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, heard);
    watcher.on("error", failed);
    return [watcher];
  } catch {
    return [];
  }
}

async function stampOf(file: string, maxBytes: number): Promise<Stamp> {
  const found = await stat(file, { bigint: true });
  if (!found.isFile()) throw new Error("It is no file. Name a file");
  if (found.size > maxBytes) throw new Error(`It is longer than ${maxBytes} bytes. Raise maxRulesetBytes, or split it`);
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return { text: [dev, ino, size, mtimeNs, ctimeNs].join(), modifiedAt: Number(mtimeNs / 1_000_000n) };
}

function isSame(found: Seen, before: Seen | undefined): boolean {
  if (found.kind === "text") return before?.kind === "text" && before.text === found.text;
  if (found.kind === "unreadable") return before?.kind === "unreadable" && before.reason === found.reason;
  return true;
}

function unreadable(reason: string): Seen {
  return { kind: "unreadable", reason };
}

function reasonFor(file: string, error: unknown): string {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") return `There is no file ${file}. Put it there, or correct the path.`;
  if (code === "EACCES" || code === "EPERM") return "This process may not read it. Give it the right to.";
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "It is no UTF-8 text. Save it as UTF-8.";
  if (code === "ELOOP") return "Its symbolic links lead in a circle. Have them lead to a file.";
  return `${reasonOf(error)}.`;
}
