/**
 * The operators as rows: what an attribute's value is read as, what one of the test's values is, and which two of these
 * pass. What cannot be read is `undefined`.
 */
export type Read = (value: unknown, ignoreCase: boolean) => unknown;
// Each row's test sees what its two readers gave.
// biome-ignore lint/suspicious/noExplicitAny: the readers of a row are what its test's types are.
export type Pass = (found: any, wanted: any) => boolean;
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

export const less: Pass = (found, wanted) => found < wanted;
export const greater: Pass = (found, wanted) => found > wanted;
/** All but `exists`, which has no values, and those that are learnt. A Map: `toString` is no operator. */
export const operators = new Map<string, Row>([
  ["in", [scalar, (found, wanted) => found === wanted]],
  ["contains", [text, (found, wanted) => found.includes(wanted)]],
  ["startsWith", [text, (found, wanted) => found.startsWith(wanted)]],
  ["endsWith", [text, (found, wanted) => found.endsWith(wanted)]],
  ["matches", [shortText, (found, wanted) => wanted.test(found), pattern]],
  ["lessThan", [number, less]],
  ["atMost", [number, (found, wanted) => found <= wanted]],
  ["greaterThan", [number, greater]],
  ["atLeast", [number, (found, wanted) => found >= wanted]],
]);

/**
 * Whether any of these documents may test by an operator of `learnt.ts`. Their text is looked through: for 5,000 flags that
 * takes less than half the time that looking through their parts takes in a page that has just begun.
 */
export function usesLearnt(documents: readonly unknown[]): boolean {
  try {
    return /"op":"(before|after|semver\w+|inCidr)"/.test(JSON.stringify(documents));
  } catch {
    // One of them lies deeper than any stack. What the others need is not known.
    return true;
  }
}

/** Whether any may, and they are still to be learnt. */
export const lacksOperators = (documents: readonly unknown[]): boolean =>
  !operators.has("inCidr") && usesLearnt(documents);
