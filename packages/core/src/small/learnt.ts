/** The operators that are long and seldom used. Until they are learnt, no document that uses them is to be read. */
import { parseAttribute, parseRange, rangeContains } from "../operators/address.ts";
import { compareVersions, parseVersion } from "../operators/version.ts";
import { instant } from "./instant.ts";
import { greater, less, operators, type Row } from "./operators.ts";

const version = (passes: (comparison: number) => boolean): Row => [
  parseVersion,
  (found, wanted) => passes(compareVersions(found, wanted)),
];

export const learnt: readonly (readonly [string, Row])[] = [
  ["before", [instant, less]],
  ["after", [instant, greater]],
  ["semverEqual", version((comparison) => comparison === 0)],
  ["semverLessThan", version((comparison) => comparison < 0)],
  ["semverAtMost", version((comparison) => comparison <= 0)],
  ["semverGreaterThan", version((comparison) => comparison > 0)],
  ["semverAtLeast", version((comparison) => comparison >= 0)],
  ["inCidr", [parseAttribute, (found, wanted) => rangeContains(wanted, found), parseRange]],
];

export function learnOperators(): void {
  for (const [name, row] of learnt) operators.set(name, row);
}
