/**
 * Keeps rulesets as files that several processes may share.
 *
 *     <hash of server and key>-<hash of epoch>-<revision>.ruleset      two generations, 0600
 *
 * A file is written under another name, synced, and renamed into place, so that at every moment a whole one is there.
 * Since the name holds the revision, a process that lags writes beside a newer file, never over it. It does not look
 * into the texts: `@bannerol/client` checks them.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { RulesetStorage } from "@bannerol/client";
import { codeOf } from "./error-code.ts";
import { epochTag, type KeptFile, nameOf, newestFirst, outlived, ownerTag, readName } from "./kept-files.ts";

/** As many as are worth trying: two generations, and what other processes left. */
const MAX_LOADED = 4;
const LEFTOVER_AGE_MS = 60 * 60_000;
/** A folder that answers so will not be writable by trying again. */
const FOR_GOOD = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"]);

/** `maxBytes`: a longer file is no ruleset of ours. */
export function fileStorage(place: string, binding: string, maxBytes: number): RulesetStorage {
  // A process may go to another working folder.
  const folder = path.resolve(place);
  const owner = ownerTag(binding);
  let off = false;

  const list = async (): Promise<readonly KeptFile[]> => {
    const names = await readdir(folder).catch(unlessMissing([]));
    const files = names.flatMap((name) => readName(name, owner) ?? []);
    return (await Promise.all(files.map((file) => withDate(folder, file, maxBytes)))).flatMap((file) => file ?? []);
  };

  const load = async (): Promise<readonly string[]> => {
    const files = newestFirst(await list()).slice(0, MAX_LOADED);
    // One that another process has just removed has a successor.
    const read = files.map(({ name }) => readFile(path.join(folder, name), "utf8").catch(() => undefined));
    return (await Promise.all(read)).filter((text) => text !== undefined);
  };

  const save: RulesetStorage["save"] = async (text, { epoch, revision }) => {
    if (off) return;
    try {
      await makeFolder(folder);
      const own = epochTag(epoch);
      if ((await list()).some((file) => file.epochTag === own && file.revision > revision)) return;
      await writeWhole(folder, nameOf(owner, epoch, revision), text);
      await Promise.all(outlived(await list(), epoch).map(({ name }) => remove(path.join(folder, name))));
      await sweep(folder, owner);
    } catch (error) {
      off = FOR_GOOD.has(codeOf(error));
      throw error;
    }
  };

  return { load, save };
}

/** After this returns, the file is there whole, also after a power cut. */
async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  const unfinished = path.join(folder, `${name}.${randomUUID()}.tmp`);
  try {
    const file = await open(unfinished, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path.join(folder, name));
  } catch (error) {
    await remove(unfinished);
    throw error;
  }
  await syncFolder(folder);
}

/** Its name, and those of the folders made for it, outlast a power cut too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) await syncFolder(path.dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  // Windows syncs no folders; there the rename is as durable as it gets.
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function withDate(
  folder: string,
  file: Omit<KeptFile, "writtenAt">,
  maxBytes: number,
): Promise<KeptFile | undefined> {
  const found = await stat(path.join(folder, file.name)).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > maxBytes) return undefined;
  return { ...file, writtenAt: found.mtimeMs };
}

/** Removes what a process that died in mid-save left behind. */
async function sweep(folder: string, owner: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(owner) && name.endsWith(".tmp"));
  for (const name of names) {
    const file = path.join(folder, name);
    const age = Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY);
    if (age > LEFTOVER_AGE_MS) await remove(file);
  }
}

async function remove(file: string): Promise<void> {
  await rm(file, { force: true }).catch(() => undefined);
}

function unlessMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === "ENOENT") return instead;
    throw error;
  };
}
