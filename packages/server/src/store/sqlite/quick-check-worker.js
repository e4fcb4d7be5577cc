// @ts-check
/**
 * The thread in which a database is looked through for damage, since a large one takes seconds. JavaScript: a thread
 * starts from a file that Node.js reads by itself, in the sources as in the bundle.
 *
 *     workerData: path ─►    {found: "ok", or the first thing that is wrong} ─►
 */
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

/** @returns {string} */
function look() {
  const connection = new Database(String(workerData), { readonly: true, fileMustExist: true });
  try {
    return String(connection.pragma("quick_check(1)", { simple: true }));
  } catch (error) {
    // A damaged page may stop the check itself; what else fails says nothing of the file.
    const code = error instanceof Database.SqliteError ? error.code : "";
    if (!code.startsWith("SQLITE_CORRUPT") && code !== "SQLITE_NOTADB") throw error;
    return error instanceof Error ? error.message : code;
  } finally {
    connection.close();
  }
}

parentPort?.postMessage({ found: look() });
