import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Places, type Visitor } from "./places.ts";

const visitor = fc.record({
  keyId: fc.constantFrom("a", "b"),
  class: fc.constantFrom("server" as const, "client" as const),
  address: fc.constantFrom("10.0.0.1", "10.0.0.2", undefined),
});

describe("places", () => {
  it("never hold more than the limits for client keys, and no server key is refused", () => {
    const limits = { perKey: 4, perAddress: 2 };
    fc.assert(
      fc.property(fc.array(fc.tuple(visitor, fc.boolean()), { maxLength: 60 }), (steps) => {
        const places = new Places(limits);
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
          expect(leave === undefined).toBe(next.class === "client" && full);
          if (leave !== undefined) held.push({ visitor: next, leave });
          for (const one of held) expect(places.has(one.visitor.keyId, one.visitor.address)).toBe(true);
        }
      }),
    );
  });
});
