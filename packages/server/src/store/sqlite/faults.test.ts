import { SqliteError } from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { withFaults } from "./faults.ts";

function failing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

describe("withFaults", () => {
  it.each([
    ["SQLITE_FULL", "full"],
    ["SQLITE_IOERR_FSYNC", "io"],
    ["SQLITE_IOERR", "io"],
    ["SQLITE_CORRUPT", "corrupt"],
    ["SQLITE_NOTADB", "corrupt"],
    ["SQLITE_BUSY", "unavailable"],
    ["SQLITE_BUSY_SNAPSHOT", "unavailable"],
    ["SQLITE_READONLY_DIRECTORY", "unavailable"],
    ["SQLITE_CANTOPEN", "unavailable"],
  ])("makes of %s a fault of kind %s that keeps its cause", (code, kind) => {
    const cause = new SqliteError("no", code);
    expect(() => withFaults(failing(cause))).toThrow(expect.objectContaining({ name: "StoreFault", kind, cause }));
    const wrapped = new Error("Failed query", { cause });
    expect(() => withFaults(failing(wrapped))).toThrow(expect.objectContaining({ kind, cause }));
  });

  it.each([
    ["ENOSPC", "full"],
    ["EDQUOT", "full"],
    ["EIO", "io"],
    ["EROFS", "unavailable"],
    ["EACCES", "unavailable"],
    ["ENOTDIR", "unavailable"],
    ["EISDIR", "unavailable"],
    ["ENOENT", "unavailable"],
    ["ENAMETOOLONG", "unavailable"],
    ["ELOOP", "unavailable"],
  ])("makes of the system's %s a fault of kind %s", (code, kind) => {
    const cause = Object.assign(new Error("no"), { code });
    expect(() => withFaults(failing(cause))).toThrow(expect.objectContaining({ name: "StoreFault", kind, cause }));
  });

  it.each([
    new SqliteError("no", "SQLITE_CONSTRAINT_PRIMARYKEY"),
    new Error("a bug"),
    Object.assign(new Error("a bug"), { code: "ERR_ASSERTION" }),
  ])("lets what is no fault of the database through: %s", (error) => {
    expect(() => withFaults(failing(error))).toThrow(error);
  });
});
