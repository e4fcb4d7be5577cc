import fc from "fast-check";
import { expect, it } from "vitest";
import { sortedInPages } from "./sorted.ts";

it("sorts whatever it is given, page by page, doubles included", async () => {
  const many = fc.array(fc.nat(500), { maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(
      many,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 90 }),
      async (some, pageSize, times) => {
        const all = Array.from({ length: times }, () => some).flat();
        const pages: (readonly number[])[] = [];
        for await (const page of sortedInPages(all, (a, b) => a - b, pageSize)) pages.push(page);
        expect(pages.flat()).toEqual([...all].sort((a, b) => a - b));
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(pageSize);
      },
    ),
    { numRuns: 40 },
  );
});
