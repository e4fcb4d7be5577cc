/** The two files that settings are read from, and how they are written. */
import { lstat, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RefusedError } from "./errors.ts";
import type { SettingsFile } from "./settings-places.ts";
import { writeWhole } from "./whole-file.ts";

/** Where `bannerol dev` leaves what the commands beside it need. */
export const PROJECT_FILE = join(".bannerol", "cli.json");

/** What `bannerol dev` and `bannerol login` write. */
export interface SettingsDocument {
  readonly url: string;
  readonly token?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly keys?: SdkKeys;
}

/** Server keys by environment, for the applications beside. */
export interface SdkKeys {
  readonly [environment: string]: string;
}

/** What else stands in it beside settings. */
interface KeptFile extends SettingsFile {
  readonly keys: SdkKeys;
}

/** The nearest `.bannerol/cli.json` from the folder upwards that belongs to this user. */
export async function findProjectFile(folder: string): Promise<KeptFile | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, PROJECT_FILE);
    if (await isMine(path)) return readSettingsFile(path);
    if (dirname(at) === at) return undefined;
  }
}

/** One that another user left in a shared folder above would choose the server that this user's commands reach. */
async function isMine(path: string): Promise<boolean> {
  try {
    const { uid } = await lstat(path);
    return process.getuid === undefined || uid === process.getuid();
  } catch {
    return false;
  }
}

/** Undefined where there is none. Throws `RefusedError` where it cannot be read or is no such file. */
export async function readSettingsFile(path: string): Promise<KeptFile | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const document = parseObject(text);
  if (document === undefined) {
    throw new RefusedError(
      `${path} is not a JSON object. Delete it, then \`bannerol login\` (or start \`dev\` again).`,
    );
  }
  const fields = { url: "", token: "", project: "", environment: "" };
  for (const name of Object.keys(fields)) {
    const value = document.get(name);
    if (value !== undefined && typeof value !== "string") {
      throw new RefusedError(`In ${path}, "${name}" is not text. Correct it or delete the file.`);
    }
    Object.assign(fields, { [name]: value ?? "" });
  }
  return { path, ...fields, keys: keysOf(document.get("keys")) };
}

/** A key that is no text helps nobody; the file is as good without it. */
function keysOf(value: unknown): SdkKeys {
  const entries: [string, unknown][] = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw new RefusedError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** A JSON object's own fields, or undefined where the text is none. */
export function parseObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

/** Written whole or not at all, for its owner's eyes alone. */
export async function writeSettingsFile(path: string, document: SettingsDocument): Promise<void> {
  await writeWhole(path, `${JSON.stringify(document, null, 2)}\n`, { file: 0o600, folder: 0o700 });
}
