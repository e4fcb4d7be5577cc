/** Looks through a database file for damaged pages, in a thread of its own and on a connection that cannot write. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** The first thing that is wrong with the file, in SQLite's words; `undefined` where nothing is. Rejects where it cannot be looked at. */
export async function quickCheck(path: string): Promise<string | undefined> {
  const worker = new Worker(new URL("./quick-check-worker.js", import.meta.url), { workerData: path });
  // A stop need not wait for it.
  worker.unref();
  try {
    const [{ found }] = await once(worker, "message");
    return found === "ok" ? undefined : String(found);
  } finally {
    await worker.terminate();
  }
}
