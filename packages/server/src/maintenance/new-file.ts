/** A file that is there whole or not at all, for its owner's eyes: it holds digests of secrets. */
import { rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { makeEmpty, publish } from "../store/sqlite/durable-files.ts";

/** Takes text, and resolves once more may come. */
export type Write = (text: string) => Promise<void>;

/** Rejects with a `StoreFault` where something is there already, or nothing can be written there. */
export async function openAsNew<T>(path: string, fill: (write: Write) => Promise<T>): Promise<T> {
  const file = resolve(path);
  const draft = `${file}.partial`;
  makeEmpty(draft);
  try {
    const handle = await open(draft, "w");
    try {
      const filled = await fill((text) => handle.appendFile(text));
      await handle.sync();
      publish(draft, file);
      return filled;
    } finally {
      await handle.close();
    }
  } finally {
    rmSync(draft, { force: true });
  }
}
