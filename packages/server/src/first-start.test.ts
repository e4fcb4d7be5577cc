import { describe, expect, it } from "vitest";
import type { Draw } from "./features/services.ts";
import { prepareInstallation } from "./first-start.ts";
import { Ledger } from "./log/ledger.ts";
import { MemoryStore } from "./store/memory/memory-store.ts";

const reports = { unreadable: () => undefined, listenerFailed: () => undefined };

/** Different for each node, as chance would be. */
function drawFrom(first: number): Draw {
  let next = first;
  const byte = () => {
    next = (next * 73 + 41) % 65_521;
    return next >>> 8;
  };
  return { seed: byte, bytes: (count) => Uint8Array.from({ length: count }, byte) };
}

describe("the first start", () => {
  it("of several nodes on one database makes everything once, and shows each secret on one of them", async () => {
    const store = new MemoryStore({ epoch: "e1" });
    const nodes = await Promise.all([1, 2, 3].map(() => Ledger.open({ store, reports, at: 1 })));
    const secrets = await Promise.all(
      nodes.map((ledger, index) =>
        prepareInstallation({ ledger, draw: drawFrom(index + 1), at: 1, hasAdminToken: false }),
      ),
    );
    expect(secrets.filter(({ adminToken }) => adminToken !== undefined)).toHaveLength(1);
    expect(secrets.filter(({ keys }) => keys !== undefined)).toHaveLength(1);
    const later = await Ledger.open({ store, reports, at: 2 });
    expect(later.state("default")?.keys.size).toBe(3);
    expect(later.state("default")?.environments.size).toBe(3);
    expect(later.system().tokens.size).toBe(1);
    expect(later.system().projects.size).toBe(1);
    for (const id of later.state("default")?.keys.keys() ?? []) expect(later.knownDigest(id)?.project).toBe("default");
    expect(await store.digests()).toHaveLength(4);
  });
});
