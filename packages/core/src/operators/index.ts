import { equalityOperators } from "./equality.ts";
import { networkOperators } from "./network.ts";
import type { Operator } from "./operator.ts";
import { orderOperators } from "./order.ts";
import { semverOperators } from "./semver.ts";
import { textOperators } from "./text.ts";
import { timeOperators } from "./time.ts";

/** Every operator that this version knows, by name. A Map: `toString` is no operator. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ...equalityOperators,
  ...textOperators,
  ...orderOperators,
  ...timeOperators,
  ...semverOperators,
  ...networkOperators,
]);
