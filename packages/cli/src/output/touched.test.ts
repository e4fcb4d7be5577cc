import type { ChangeItem } from "@bannerol/protocol/schemas";
import picocolors from "picocolors";
import { expect, it } from "vitest";
import { touchedTable } from "./touched.ts";

const plain = picocolors.createColors(false);

it.each([
  [{ flag: "a" }, "a"],
  [{ flag: "a", environment: "production" }, "a in production"],
  [{ segment: "staff" }, "staff"],
  [{ key: "4cH0pQvT7xKz", environment: "staging" }, "4cH0pQvT7xKz in staging"],
  [{ freeze: "year-end", environment: "production" }, "freeze year-end in production"],
  [{ invariant: "free", environment: "production" }, "invariant free in production"],
  [{ environment: "preview" }, "preview"],
])("%j is told as %s", (names, told) => {
  const item: ChangeItem = { ...names, before: null, after: {} };
  expect(touchedTable([item], plain)).toBe(`+  ${told}  new`);
});
