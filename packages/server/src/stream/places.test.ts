import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Places, type Visitor } from "./places.ts";

const visitor = fc.record({
  keyId: fc.constantFrom("a", "b"),
  class: fc.constantFrom("server" as const, "client" as const),
  address: fc.constantFrom("10.0.0.1", "10.0.0.2", undefined),
});

describe("places", () => {
  it("never hold more than there are, nor more than the limits for client keys, and refuse nobody else", () => {
    const limits = { all: 7, perKey: 4, perAddress: 2 };
    fc.assert(
      fc.property(fc.array(fc.tuple(visitor, fc.boolean()), { maxLength: 60 }), (steps) => {
        let refused = 0;
        const places = new Places(limits, () => {
          refused += 1;
        });
        let seen = 0;
        const held: { readonly visitor: Visitor; readonly leave: () => void }[] = [];
        for (const [next, comes] of steps) {
          if (!comes) {
            const gone = held.shift();
            gone?.leave();
            gone?.leave();
            continue;
          }
          const clients = held.filter(({ visitor: other }) => other.class === "client");
          const ofKey = clients.filter(({ visitor: other }) => other.keyId === next.keyId).length;
          const there = clients.filter(({ visitor: other }) => other.address === next.address).length;
          const full = ofKey >= limits.perKey || (next.address !== undefined && there >= limits.perAddress);
          const leave = places.take(next);
          const isRefused = held.length >= limits.all || (next.class === "client" && full);
          expect(leave === undefined).toBe(isRefused);
          if (isRefused) seen += 1;
          expect(refused).toBe(seen);
          if (leave !== undefined) held.push({ visitor: next, leave });
          for (const one of held) expect(places.has(one.visitor.keyId, one.visitor.address)).toBe(true);
        }
      }),
    );
  });
});
