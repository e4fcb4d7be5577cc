import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { takeLock } from "./lock-file.ts";
import { temporaryFiles } from "./temporary-folder.ts";

const freshFile = temporaryFiles();

function lockedBy(text: string): string {
  const database = freshFile();
  writeFileSync(`${database}.lock`, text);
  return database;
}

describe("takeLock", () => {
  it("names the process that holds the database, and makes room when released", () => {
    const database = freshFile();
    const lock = takeLock(database);
    expect(JSON.parse(readFileSync(`${database}.lock`, "utf8"))).toMatchObject({ pid: process.pid });
    expect(() => takeLock(database)).toThrow(
      `The database ${database} is in use by process ${process.pid}, this one. Stop it first`,
    );
    lock.release();
    lock.release();
    takeLock(database).release();
    expect(readdirSync(dirname(database))).toEqual([]);
  });

  it("refuses while another process lives, and leaves its lock alone", () => {
    const text = JSON.stringify({ pid: process.ppid, started: "" });
    const database = lockedBy(text);
    expect(() => takeLock(database)).toThrow(expect.objectContaining({ name: "StoreFault", kind: "unavailable" }));
    expect(() => takeLock(database)).toThrow(`in use by process ${process.ppid}. Stop it first; if it is no bannerol`);
    expect(readFileSync(`${database}.lock`, "utf8")).toBe(text);
    expect(readdirSync(dirname(database))).toEqual(["bannerol.db.lock"]);
  });

  const dead = spawnSync(process.execPath, ["--version"]).pid;
  it.each([
    ["a process that is gone", { pid: dead, started: "1" }],
    ["a process that had this one's id before it", { pid: process.pid, started: "1" }],
    ["nobody, since it was cut off when written", ""],
    ["nothing that a lock holds", { pid: "all", started: [] }],
  ])("takes over the lock of %s", (_, holder) => {
    const database = lockedBy(typeof holder === "string" ? holder : JSON.stringify(holder));
    const lock = takeLock(database);
    expect(readFileSync(`${database}.lock`, "utf8")).toContain(`"pid":${process.pid}`);
    lock.release();
    expect(readdirSync(dirname(database))).toEqual([]);
  });

  it("is one lock by whatever link the database is named", () => {
    const database = freshFile();
    writeFileSync(database, "");
    symlinkSync(database, `${database}.link`);
    const lock = takeLock(`${database}.link`);
    expect(() => takeLock(database)).toThrow("in use by process");
    lock.release();
  });

  it("refuses while a process lives that cannot be seen from here, until that has ended", async () => {
    const database = freshFile();
    // In a container of its own, the other may have any id: this one's too.
    writeFileSync(`${database}.lock`, JSON.stringify({ pid: process.pid, started: "1" }));
    const program = `
      import Database from "better-sqlite3";
      const held = new Database(${JSON.stringify(`${database}.held`)}).exec("BEGIN EXCLUSIVE");
      console.log("held");
      setInterval(() => held.open, 1_000);`;
    const other = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(other.stdout, "data");
    expect(() => takeLock(database)).toThrow("in use by a process that cannot be seen from here");
    other.kill("SIGKILL");
    await once(other, "exit");
    takeLock(database).release();
    expect(readdirSync(dirname(database))).toEqual([]);
  });

  it.runIf(existsSync("/proc/self/stat"))("notes when its process was started", () => {
    const database = freshFile();
    const lock = takeLock(database);
    expect(JSON.parse(readFileSync(`${database}.lock`, "utf8")).started).toMatch(/^[0-9]+$/);
    lock.release();
  });

  it.runIf(existsSync("/proc/self/stat"))("takes over the lock of a process that has ended but lingers", async () => {
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    const pid = Number(String((await once(parent.stdout, "data"))[0]));
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toContain(") Z"), { timeout: 60_000 });
    takeLock(lockedBy(JSON.stringify({ pid, started: "" }))).release();
    parent.kill();
    await once(parent, "exit");
  });

  it.runIf(existsSync("/proc/self/stat"))("takes over the lock of a process whose id another one has now", () => {
    const database = lockedBy(JSON.stringify({ pid: process.ppid, started: "1" }));
    takeLock(database).release();
    expect(existsSync(`${database}.lock`)).toBe(false);
  });
});
