import type { JsonValue } from "../model.ts";
import { elementOperator, type Operator } from "./operator.ts";
import { compareVersions, parseVersion, type Version } from "./version.ts";

function versionOperator(passes: (comparison: number) => boolean): Operator {
  return elementOperator<Version>({
    parse: (value: JsonValue) => parseVersion(value),
    expected: "a semantic version (such as 2.1.0 or 2.1.0-rc.1, without a leading v)",
    test: (bounds) => (value) => {
      const version = parseVersion(value);
      return version !== undefined && bounds.some((bound) => passes(compareVersions(version, bound)));
    },
  });
}

export const semverOperators: readonly (readonly [string, Operator])[] = [
  ["semverEqual", versionOperator((comparison) => comparison === 0)],
  ["semverLessThan", versionOperator((comparison) => comparison < 0)],
  ["semverAtMost", versionOperator((comparison) => comparison <= 0)],
  ["semverGreaterThan", versionOperator((comparison) => comparison > 0)],
  ["semverAtLeast", versionOperator((comparison) => comparison >= 0)],
];
