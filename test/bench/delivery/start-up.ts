/** How long an application waits for its flags when it starts, each time in a process that has just begun. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { median } from "../cost.ts";
import type { Child, Processes } from "./processes.ts";
import type { Product } from "./product.ts";
import type { StartInput, StartRequests } from "./starting.ts";

/** Milliseconds. */
export interface StartCost {
  readonly network: number;
  readonly fetchAndParse: number;
  /** With what was kept in hand, and the server there to confirm it. */
  readonly confirmed: number;
  /** With what was kept in hand, and nobody at the server's address. */
  readonly cache: number;
  readonly readAndParse: number;
}

/** The server is gone when it is done. */
export async function measureStartUp(
  processes: Processes,
  product: Product,
  { flags, rounds }: { readonly flags: number; readonly rounds: number },
): Promise<StartCost> {
  const { url, key } = product;
  const cache = mkdtempSync(join(processes.folder, "cache-"));
  const started = (more: Pick<StartInput, "cache" | "source">) => (child: Child<StartRequests>) =>
    child.ask("start", { url, key, flags, ...more });
  const measure = async (work: (child: Child<StartRequests>) => Promise<number>): Promise<number> => {
    const took: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const child = processes.fork<StartRequests>("starting.ts");
      took.push(await work(child));
      await child.end();
    }
    return median(took);
  };
  const network = await measure(started({ cache: false, source: "server" }));
  const fetchAndParse = await measure((child) => child.ask("fetchAndParse", { url, key, flags }));
  await measure(started({ cache, source: "server" }));
  const confirmed = await measure(started({ cache, source: "server" }));
  await product.kill();
  const fromCache = await measure(started({ cache, source: "cache" }));
  const readAndParse = await measure((child) => child.ask("readAndParse", { cache, flags }));
  return { network, fetchAndParse, confirmed, cache: fromCache, readAndParse };
}
