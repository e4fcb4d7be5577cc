/**
 * The operators of attribute tests as the model's table has them, one plain function each, sharing no code with what
 * is shipped. An operator is asked once for each expected value: whether it can use it, and whether one value of an
 * attribute passes for it.
 */
import { addressOf, type Network, networkOf } from "./oracle-addresses.ts";

interface Operator {
  readonly usable: (expected: unknown) => boolean;
  readonly passes: (actual: unknown, expected: unknown, ignoreCase: boolean) => boolean;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const cased = (text: string, ignoreCase: boolean): string => (ignoreCase ? text.toLowerCase() : text);

const text = (holds: (actual: string, expected: string) => boolean): Operator => ({
  usable: isText,
  passes: (actual, expected, ignoreCase) =>
    isText(actual) && isText(expected) && holds(cased(actual, ignoreCase), cased(expected, ignoreCase)),
});

const ordered = <T>(
  read: (value: unknown) => T | undefined,
  compare: (a: T, b: T) => number,
  holds: (order: number) => boolean,
): Operator => ({
  usable: (expected) => read(expected) !== undefined,
  passes: (actual, expected) => {
    const [a, b] = [read(actual), read(expected)];
    return a !== undefined && b !== undefined && holds(compare(a, b));
  },
});

const difference = (a: number, b: number): number => a - b;
const numbers = (holds: (order: number) => boolean) =>
  ordered(
    (value) => (isNumber(value) ? value : undefined),
    (a, b) => Number(a > b) - Number(a < b),
    holds,
  );
const instants = (holds: (order: number) => boolean) => ordered(instantOf, difference, holds);
const versions = (holds: (order: number) => boolean) => ordered(versionOf, compareVersions, holds);

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  [
    "in",
    {
      usable: (expected) => ["string", "number", "boolean"].includes(typeof expected),
      passes: (actual, expected, ignoreCase) =>
        isText(actual) && isText(expected)
          ? cased(actual, ignoreCase) === cased(expected, ignoreCase)
          : actual === expected,
    },
  ],
  ["contains", text((actual, expected) => actual.includes(expected))],
  ["startsWith", text((actual, expected) => actual.startsWith(expected))],
  ["endsWith", text((actual, expected) => actual.endsWith(expected))],
  [
    "matches",
    {
      usable: (expected) => isText(expected) && patternOf(expected, false) !== undefined,
      passes: (actual, expected, ignoreCase) =>
        isText(actual) &&
        isText(expected) &&
        actual.length <= 1024 &&
        patternOf(expected, ignoreCase)?.test(actual) === true,
    },
  ],
  ["lessThan", numbers((order) => order < 0)],
  ["atMost", numbers((order) => order <= 0)],
  ["greaterThan", numbers((order) => order > 0)],
  ["atLeast", numbers((order) => order >= 0)],
  ["before", instants((order) => order < 0)],
  ["after", instants((order) => order > 0)],
  ["semverEqual", versions((order) => order === 0)],
  ["semverLessThan", versions((order) => order < 0)],
  ["semverAtMost", versions((order) => order <= 0)],
  ["semverGreaterThan", versions((order) => order > 0)],
  ["semverAtLeast", versions((order) => order >= 0)],
  [
    "inCidr",
    {
      usable: (expected) => networkOf(expected) !== undefined,
      passes: (actual, expected) => {
        const [address, network] = [addressOf(actual), networkOf(expected)];
        return address !== undefined && network !== undefined && within(address, network);
      },
    },
  ],
]);

/** Whether the model has such an operator, `exists` aside. */
export const isOperator = (op: string): boolean => operators.has(op);

/** Whether `values` can be used by the operator `op`; not where it is no operator of the model. */
export function understands(op: string, values: readonly unknown[]): boolean {
  const operator = operators.get(op);
  return op === "exists" || (operator !== undefined && values.every((expected) => operator.usable(expected)));
}

/** Whether an attribute's value passes; `undefined` where the attribute is missing. */
export function passes(
  actual: unknown,
  { op, values, ignoreCase }: { op: string; values: readonly unknown[]; ignoreCase: boolean },
): boolean {
  if (op === "exists") return actual !== undefined && actual !== null;
  const candidates: readonly unknown[] = Array.isArray(actual) ? actual : [actual];
  return candidates.some((candidate) =>
    values.some((expected) => operators.get(op)?.passes(candidate, expected, ignoreCase) === true),
  );
}

function patternOf(source: string, ignoreCase: boolean): RegExp | undefined {
  try {
    return new RegExp(source, ignoreCase ? "iu" : "u");
  } catch {
    return undefined;
  }
}

/** Epoch milliseconds of an RFC 3339 instant, or of a number that is one already. */
function instantOf(value: unknown): number | undefined {
  if (!isText(value)) return isNumber(value) ? value : undefined;
  const form = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
  const found = form.exec(value);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const milliseconds = Number((found[7] ?? "").padEnd(3, "0").slice(0, 3));
  const [offsetHours, offsetMinutes] = [Number(found[9] ?? 0), Number(found[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (month < 1 || month > 12 || day < 1 || date.getUTCMonth() !== month - 1) return undefined;
  date.setUTCHours(hour, minute, second, milliseconds);
  const sign = found[8] === "-" ? -1 : 1;
  return date.getTime() - sign * (offsetHours * 60 + offsetMinutes) * 60_000;
}

interface Version {
  readonly numbers: readonly bigint[];
  readonly preRelease: readonly string[];
}

function versionOf(value: unknown): Version | undefined {
  if (!isText(value)) return undefined;
  const number = "(0|[1-9][0-9]*)";
  const identifier = "(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)";
  const preRelease = `(?:-(${identifier}(?:\\.${identifier})*))?`;
  const build = "(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?";
  const found = new RegExp(`^${number}(?:\\.${number})?(?:\\.${number})?${preRelease}${build}$`).exec(value);
  if (found === null) return undefined;
  return { numbers: [1, 2, 3].map((at) => BigInt(found[at] ?? 0)), preRelease: found[4]?.split(".") ?? [] };
}

/** Semantic Versioning 2.0.0, section 11. */
function compareVersions(a: Version, b: Version): number {
  for (const [at, number] of a.numbers.entries()) {
    const other = b.numbers[at] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.preRelease.length === 0 || b.preRelease.length === 0) return b.preRelease.length - a.preRelease.length;
  for (const [at, one] of a.preRelease.entries()) {
    const other = b.preRelease[at];
    if (other === undefined) return 1;
    if (one !== other) return comparePreRelease(one, other);
  }
  return a.preRelease.length - b.preRelease.length;
}

function comparePreRelease(one: string, other: string): number {
  const [oneIsNumber, otherIsNumber] = [/^\d+$/.test(one), /^\d+$/.test(other)];
  if (oneIsNumber && otherIsNumber) return BigInt(one) < BigInt(other) ? -1 : 1;
  if (oneIsNumber !== otherIsNumber) return oneIsNumber ? -1 : 1;
  return one < other ? -1 : 1;
}

function within(address: Network, network: Network): boolean {
  const hostBits = BigInt(network.width - network.prefix);
  return address.width === network.width && address.bits >> hostBits === network.bits >> hostBits;
}
