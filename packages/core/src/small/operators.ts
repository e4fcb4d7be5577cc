/**
 * The operators as rows: what an attribute's value is read as, what one of the test's values is, and which two of these
 * pass. What cannot be read is `undefined`.
 */
import { parseAttribute, parseRange, rangeContains } from "../operators/address.ts";
import { compareVersions, parseVersion } from "../operators/version.ts";
import { instant } from "./instant.ts";

type Read = (value: unknown, ignoreCase: boolean) => unknown;
// Each row's test sees what its two readers gave.
// biome-ignore lint/suspicious/noExplicitAny: the readers of a row are what its test's types are.
type Pass = (found: any, wanted: any) => boolean;
export type Row = readonly [found: Read, passes: Pass, wanted?: Read];

/** Longer text fails `matches`, so that no pattern can stall an evaluation. UTF-16 units. */
const MAX_MATCHED_LENGTH = 1_024;

const number: Read = (value) => (Number.isFinite(value) ? value : undefined);
const text: Read = (value, ignoreCase) =>
  typeof value === "string" ? (ignoreCase ? value.toLowerCase() : value) : undefined;
const scalar: Read = (value, ignoreCase) =>
  typeof value === "number" || typeof value === "boolean" ? value : text(value, ignoreCase);
const shortText: Read = (value) =>
  typeof value === "string" && value.length <= MAX_MATCHED_LENGTH ? value : undefined;
const pattern: Read = (value, ignoreCase) => {
  try {
    return typeof value === "string" ? new RegExp(value, ignoreCase ? "iu" : "u") : undefined;
  } catch {
    return undefined;
  }
};

const less: Pass = (found, wanted) => found < wanted;
const greater: Pass = (found, wanted) => found > wanted;
const version = (passes: (comparison: number) => boolean): Row => [
  parseVersion,
  (found, wanted) => passes(compareVersions(found, wanted)),
];

/** All but `exists`, which has no values. A Map: `toString` is no operator. */
export const operators: ReadonlyMap<string, Row> = new Map<string, Row>([
  ["in", [scalar, (found, wanted) => found === wanted]],
  ["contains", [text, (found, wanted) => found.includes(wanted)]],
  ["startsWith", [text, (found, wanted) => found.startsWith(wanted)]],
  ["endsWith", [text, (found, wanted) => found.endsWith(wanted)]],
  ["matches", [shortText, (found, wanted) => wanted.test(found), pattern]],
  ["lessThan", [number, less]],
  ["atMost", [number, (found, wanted) => found <= wanted]],
  ["greaterThan", [number, greater]],
  ["atLeast", [number, (found, wanted) => found >= wanted]],
  ["before", [instant, less]],
  ["after", [instant, greater]],
  ["semverEqual", version((comparison) => comparison === 0)],
  ["semverLessThan", version((comparison) => comparison < 0)],
  ["semverAtMost", version((comparison) => comparison <= 0)],
  ["semverGreaterThan", version((comparison) => comparison > 0)],
  ["semverAtLeast", version((comparison) => comparison >= 0)],
  ["inCidr", [parseAttribute, (found, wanted) => rangeContains(wanted, found), parseRange]],
]);
