/** Semantic Versioning 2.0.0: what a version is, and which comes first. */

/** Numbers stay text: they may have any size, and compare by length, then by digits. */
export interface Version {
  readonly numbers: readonly string[];
  /** Empty where this is no pre-release. */
  readonly preRelease: readonly string[];
}

const NUMBER = "(0|[1-9][0-9]*)";
const IDENTIFIER = "(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)";
/** The grammar of Semantic Versioning 2.0.0, with minor and patch left out at will. */
const GRAMMAR = new RegExp(
  `^${NUMBER}(?:\\.${NUMBER})?(?:\\.${NUMBER})?(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

export function parseVersion(value: unknown): Version | undefined {
  if (typeof value !== "string") return undefined;
  const match = GRAMMAR.exec(value);
  if (match === null) return undefined;
  const [, major = "0", minor = "0", patch = "0", preRelease] = match;
  return { numbers: [major, minor, patch], preRelease: preRelease?.split(".") ?? [] };
}

/** Section 11 of the specification. Below 0: `a` comes before `b`. Build metadata has no say. */
export function compareVersions(a: Version, b: Version): number {
  const byNumbers = compareLists(a.numbers, b.numbers, compareNumbers);
  if (byNumbers !== 0) return byNumbers;
  if (a.preRelease.length === 0 || b.preRelease.length === 0) {
    return b.preRelease.length - a.preRelease.length;
  }
  return compareLists(a.preRelease, b.preRelease, compareIdentifiers);
}

/** The first difference decides; where one list begins the other, the longer comes after. */
function compareLists(a: readonly string[], b: readonly string[], compare: (a: string, b: string) => number): number {
  for (const [at, left] of a.entries()) {
    const right = b[at];
    if (right === undefined) return 1;
    const difference = compare(left, right);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const isNumeric = (identifier: string) => /^[0-9]+$/.test(identifier);

function compareIdentifiers(a: string, b: string): number {
  const aIsNumeric = isNumeric(a);
  if (aIsNumeric !== isNumeric(b)) return aIsNumeric ? -1 : 1;
  return aIsNumeric ? compareNumbers(a, b) : compareText(a, b);
}
