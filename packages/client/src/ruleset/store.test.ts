import { expect, it } from "vitest";
import { rulesetOf } from "../testing/test-client.ts";
import { type Holder, install } from "./store.ts";

it("tells a state of the same revision apart where it differs, as a file's may", () => {
  const holder: Holder = { installed: undefined, turn: 0 };
  const first = rulesetOf(7, { a: {}, b: {} });
  expect(install(holder, first)).toEqual({ epoch: "epoch-1", revision: 7, keys: ["a", "b"] });
  expect(install(holder, rulesetOf(7, { a: {}, b: {} }))).toBeUndefined();
  const edited = rulesetOf(7, { a: { enabled: false }, b: {} });
  expect(install(holder, edited)).toEqual({ epoch: "epoch-1", revision: 7, keys: ["a"] });
});
