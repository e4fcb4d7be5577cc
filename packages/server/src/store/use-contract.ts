/** What every store must do with the last use of keys and tokens, as part of its contract. */
import { describe, expect, it } from "vitest";
import type { Store } from "./port.ts";

const NOW = Date.parse("2026-01-31T12:34:00Z");

export function describeUses(open: () => Promise<Store>): void {
  describe("with the last use of credentials", () => {
    it("keeps the latest of each, whatever order they come in", async () => {
      const { uses } = await open();
      await uses.note([
        { id: "a", at: NOW },
        { id: "b", at: NOW },
      ]);
      await uses.note([
        { id: "a", at: NOW + 60_000 },
        { id: "b", at: NOW - 60_000 },
      ]);
      const found = await uses.last(["a", "b", "unknown"]);
      expect([...found].sort((x, y) => (x.id < y.id ? -1 : 1))).toEqual([
        { id: "a", at: NOW + 60_000 },
        { id: "b", at: NOW },
      ]);
    });

    it("takes none, and many at once", async () => {
      const { uses } = await open();
      await uses.note([]);
      expect(await uses.last([])).toEqual([]);
      const many = Array.from({ length: 5_000 }, (_, n) => ({ id: `key-${n}'"`, at: NOW + n }));
      await uses.note(many);
      const found = await uses.last(many.map(({ id }) => id));
      expect(new Map(found.map(({ id, at }) => [id, at]))).toEqual(new Map(many.map(({ id, at }) => [id, at])));
    });
  });
}
