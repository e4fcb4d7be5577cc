/** Crowds of every size, at the product and at the floor; the last one sees its server killed. */
import { startBare, startProduct } from "./broadcasters.ts";
import { Crowd } from "./crowd.ts";
import { type CrowdSize, measureCrowd } from "./fan-out.ts";
import type { Processes } from "./processes.ts";
import { measureRecovery, type Recovery } from "./recovery.ts";
import { deltaFrame } from "./stream.ts";
import type { Crowds } from "./tables.ts";

/** Measured in this order, each with a crowd of its own. */
export async function measureCrowds(
  processes: Processes,
  sizes: readonly CrowdSize[],
): Promise<{ readonly crowds: readonly Crowds[]; readonly recovery: Recovery }> {
  const crowds: Crowds[] = [];
  let recovery: Recovery | undefined;
  for (const size of sizes) {
    const { connections } = size;
    const { product, ...broadcaster } = await startProduct(processes);
    const frame = await deltaFrame(product, () => broadcaster.change());
    const ours = await withCrowd(processes, async (crowd) => {
      const cost = await measureCrowd(broadcaster, crowd, size);
      if (size === sizes.at(-1)) recovery = await measureRecovery({ product, ...broadcaster }, crowd, connections);
      return cost;
    });
    const readers = { ...broadcaster, target: () => ({ kind: "reader" as const, url: product.url, key: product.key }) };
    const read = await withCrowd(processes, (crowd) => measureCrowd(readers, crowd, size));
    await product.kill();
    const { end, ...bareBroadcaster } = await startBare(processes, frame.text);
    const bare = await withCrowd(processes, (crowd) => measureCrowd(bareBroadcaster, crowd, size));
    await end();
    crowds.push({ connections, ours, read, bare });
  }
  if (recovery === undefined) throw new Error("Nobody was connected.");
  return { crowds, recovery };
}

async function withCrowd<T>(processes: Processes, work: (crowd: Crowd) => Promise<T>): Promise<T> {
  const crowd = new Crowd(processes);
  const result = await work(crowd);
  await crowd.end();
  return result;
}
