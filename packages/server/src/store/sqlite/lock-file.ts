/**
 * Keeps a second process away from a database: a file beside it that names the process which has it, and another that the
 * system keeps locked for it. SQLite's own locks on the database would let a second server in, and the binding waits for
 * them with the event loop stopped.
 *
 * A lock whose process is gone is taken over. A process is known by its id and, where the system tells, by when it was
 * started, so that an id given anew is not mistaken for the old holder. Ids mean nothing between containers, in each of
 * which a server may be process 1: there the system's lock tells.
 */
import { existsSync, linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { StoreFault } from "../fault.ts";
import { takeKernelLock } from "./kernel-lock.ts";

export interface Lock {
  /** Calling it twice is harmless. */
  readonly release: () => void;
}

interface Holder {
  readonly pid: number;
  readonly started: string;
}

const held = new Set<string>();

/** Takes the lock of a database, or throws a `StoreFault` that says who has it. */
export function takeLock(database: string): Lock {
  const real = realPathOf(database);
  const file = `${real}.lock`;
  if (held.has(file)) throw inUse(database, `process ${process.pid}, this one. Stop it first`);
  const kernelLock = takeKernelLock(`${real}.held`);
  if (kernelLock === undefined) throw inUse(database, `${holderAt(file)}. Stop it first`);
  try {
    nameHolder(database, file);
  } catch (error) {
    kernelLock.release();
    throw error;
  }
  held.add(file);
  return {
    release: () => {
      if (!held.delete(file)) return;
      rmSync(file, { force: true });
      kernelLock.release();
    },
  };
}

/** One name for a database that has several, by links. */
function realPathOf(database: string): string {
  if (existsSync(database)) return realpathSync(database);
  return join(realpathSync(dirname(database)), basename(database));
}

function nameHolder(database: string, file: string): void {
  const own: Holder = { pid: process.pid, started: startOf(process.pid) };
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
    while (!tryLink(draft, file)) removeStale(database, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Linking makes the whole file appear at once, and fails where there is one. */
function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function removeStale(database: string, file: string): void {
  const text = read(file);
  if (text === undefined) return;
  refuseLiving(database, { file, text });
  // Moving it away first shows whether somebody else took over between the look and the move.
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const moved = read(aside);
  if (moved !== undefined && moved !== text) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function refuseLiving(database: string, { file, text }: { readonly file: string; readonly text: string }): void {
  const holder = parse(text);
  if (holder === undefined || holder.pid === process.pid || !isAlive(holder)) return;
  throw inUse(database, `process ${holder.pid}. Stop it first; if it is no bannerol, delete ${file}`);
}

/** Whoever has the system's lock, as far as it can be told. */
function holderAt(file: string): string {
  const holder = parse(read(file) ?? "");
  if (holder !== undefined && holder.pid !== process.pid && isAlive(holder)) return `process ${holder.pid}`;
  return "a process that cannot be seen from here, as one of another container";
}

function inUse(database: string, byWhom: string): StoreFault {
  return new StoreFault("unavailable", `The database ${database} is in use by ${byWhom}.`);
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  const [state, ...fields] = statusOf(pid);
  // One that has ended and whose parent has not asked for it yet is a zombie.
  if (state === "Z" || state === "X") return false;
  const found = fields[STARTED_AT] ?? "";
  return found === "" || started === "" || found === started;
}

/** When a process was started, in the system's own count; "" where that cannot be told. */
function startOf(pid: number): string {
  const [, ...fields] = statusOf(pid);
  return fields[STARTED_AT] ?? "";
}

/** Of the fields after the process's state. */
const STARTED_AT = 18;

/** A process's state and what follows it in Linux's table of processes; empty where there is none. */
function statusOf(pid: number): readonly string[] {
  const status = read(`/proc/${pid}/stat`) ?? "";
  // The field before is the command in parentheses, which may hold anything.
  return status.slice(status.lastIndexOf(")") + 2).split(" ");
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("started" in value)) return undefined;
    const { pid, started } = value;
    if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 0) return undefined;
    return { pid, started: String(started) };
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
