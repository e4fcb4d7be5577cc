/** A release as it is typed. Throws `UsageError`. */
import { durationMs } from "@bannerol/protocol";
import type { GuardInput, ReleaseStart } from "@bannerol/protocol/schemas";
import { UsageError } from "../errors.ts";
import { readInstant } from "../instant.ts";
import { readPercent } from "../percent.ts";
import type { Words } from "../words.ts";

export function readRelease(words: Words): ReleaseStart {
  const [variant, segment, at] = [words.option("variant"), words.option("segment"), words.option("at")];
  const [breach, inconclusive] = [words.option("onBreach"), words.option("onInconclusive")];
  const [maxHold, bucketBy] = [words.option("maxHold"), words.option("bucketBy")];
  return {
    steps: readSteps(words),
    guards: words.list("guard").map(readGuard),
    ...(variant !== undefined && { variant }),
    ...(segment !== undefined && { segment }),
    ...(bucketBy !== undefined && { bucketBy }),
    ...(at !== undefined && { at: readInstant(at, "--at") }),
    ...(isOneOf(breach, ["rollback", "pause"]) && { onBreach: breach }),
    ...(isOneOf(inconclusive, ["pause", "advance", "rollback"]) && { onInconclusive: inconclusive }),
    ...(maxHold !== undefined && { maxHold: readDuration(maxHold, "--max-hold") }),
  };
}

/** Commander has refused what is none of them. */
function isOneOf<const T extends string>(text: string | undefined, choices: readonly T[]): text is T {
  return choices.some((choice) => choice === text);
}

function readSteps(words: Words): ReleaseStart["steps"] {
  const hold = readDuration(words.option("every") ?? "10m", "--every");
  const approvals = words.list("approval").map(readPercent);
  const steps = (words.option("steps") ?? "").split(",").map((text) => {
    const percentage = readPercent(text.trim());
    return { percentage, hold, ...(approvals.includes(percentage) && { approval: true }) };
  });
  const lost = approvals.find((one) => !steps.some(({ percentage }) => percentage === one));
  if (lost !== undefined) throw new UsageError(`--approval ${lost} names no step of --steps.`);
  return steps;
}

export function readDuration(text: string, option: string): string {
  if (durationMs(text) !== undefined) return text;
  throw new UsageError(`${option} is a time like 30s, 10m, 2h or 1d, not ${JSON.stringify(text)}.`);
}

const FORM =
  "--guard is metric:measure[:tolerance], like checkout:errors, checkout:latency:10% or checkout:errors:0.5%:limit=0.02";
const measures = ["errors", "latency", "value", "mismatches"] as const;

/** What may stand after the measure with its name. */
const named = ["limit", "quantile", "minimum", "harm", "pass", "after", "cap", "worse"];

const limits = {
  errors: "a share, like 2% or 0.02",
  mismatches: "a share, like 0.1% or 0.001",
  latency: "a time, like 800ms",
  value: "a number, like 50",
} as const;

function readGuard(text: string): GuardInput {
  const [metric = "", measure, ...rest] = text.split(":");
  if (metric === "" || !isOneOf(measure, measures)) throw wrong(text, `the measure is one of ${measures.join(", ")}`);
  const fields = rest.map((part) => readPart(text, part));
  const limit = rest.find((part) => part.startsWith("limit="));
  const isShare = measure === "errors" || measure === "mismatches";
  if (limit?.endsWith(isShare ? "ms" : "%") === true) throw wrong(text, `a limit of ${measure} is ${limits[measure]}`);
  return { metric, measure, ...Object.assign({}, ...fields) };
}

function readPart(text: string, part: string): Partial<GuardInput> {
  const [name = "", value] = part.split("=");
  if (value === undefined) return { tolerance: readTolerance(text, part) };
  if (!named.includes(name)) throw wrong(text, `${name} is none of ${named.join(", ")}`);
  if (name === "harm") return { harm: readTolerance(text, value) };
  if (name === "after") return { after: readDuration(value, "--guard …:after") };
  if (name === "pass") {
    if (isOneOf(value, ["shown", "tolerance", "unrefuted"])) return { pass: value };
    throw wrong(text, "pass is shown, tolerance or unrefuted");
  }
  if (name === "worse") {
    if (isOneOf(value, ["higher", "lower"])) return { higherIsWorse: value === "higher" };
    throw wrong(text, "worse is higher or lower");
  }
  const number = readNumber(value);
  if (number === undefined) throw wrong(text, `${name} is a number, like 0.02, 2% or 300ms`);
  return { [name]: number };
}

/** `0.02` and `2%` are the same; `300ms` is 300. */
function readNumber(text: string): number | undefined {
  const [, digits = "", unit] = /^(-?\d+(?:\.\d+)?)(%|ms)?$/.exec(text) ?? [];
  if (digits === "") return undefined;
  return unit === "%" ? Number(digits) / 100 : Number(digits);
}

/** `10%` is relative; `0.02`, or `50ms`, absolute. */
function readTolerance(text: string, part: string): NonNullable<GuardInput["tolerance"]> {
  const [, digits = "", unit] = /^(\d+(?:\.\d+)?)(%|ms)?$/.exec(part) ?? [];
  if (digits === "") throw wrong(text, "a tolerance is 10% (relative), 0.02 or 50ms (absolute)");
  return unit === "%" ? { relative: Number(digits) / 100 } : { absolute: Number(digits) };
}

function wrong(text: string, why: string): UsageError {
  return new UsageError(`${FORM}, not ${JSON.stringify(text)}: ${why}.`);
}
