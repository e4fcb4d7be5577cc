/** How long an application's event loop stands still while flags and lists arrive in it. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { HostRequests, Pauses } from "./host.ts";
import { putList, putMembers } from "./listed.ts";
import type { Processes } from "./processes.ts";
import type { Product } from "./product.ts";

export interface LoopCost {
  /** With nothing to do. */
  readonly idle: Pauses;
  /** Of a snapshot, what cannot be cut up, in a process of its own. */
  readonly parse: Pauses;
  readonly snapshot: Pauses;
  readonly list: Pauses;
}

const IDLE_MS = 1_000;

/** The server has a segment more when it is done. */
export async function measureEventLoop(
  processes: Processes,
  product: Product,
  { flags, keys }: { readonly flags: number; readonly keys: number },
): Promise<{ readonly cached: LoopCost; readonly uncached: LoopCost }> {
  await putMembers(product);
  const parser = processes.fork<HostRequests>("host.ts");
  await parser.ask("watch");
  const parse = await parser.ask("parse", { url: product.url, key: product.key, flags });
  await parser.end();
  const measure = async (cache: string | false): Promise<LoopCost> => {
    const host = processes.fork<HostRequests>("host.ts");
    await host.ask("watch");
    await pause(IDLE_MS);
    const idle = await host.ask("pauses");
    const snapshot = await host.ask("open", { url: product.url, key: product.key, cache, flags });
    const revision = await putList(product, keys);
    const list = await host.ask("listArrived", { revision, cache });
    await host.end();
    return { idle, parse, snapshot, list };
  };
  const cached = await measure(mkdtempSync(join(processes.folder, "cache-")));
  await putList(product, 1);
  return { cached, uncached: await measure(false) };
}
