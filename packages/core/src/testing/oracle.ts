/**
 * A second evaluator, written from `docs/reference/model.md` alone and sharing no code with the first: it reads the
 * documents as they are, compiles nothing, remembers nothing, and is as slow as it is plain. Tests ask both and want
 * one answer. It takes documents that can be read, and contexts that can be looked at; those that cannot are for other
 * tests.
 */
import murmurhash from "murmurhash";
import type { Condition, Flag, FlagReference, Rollout, RulesetDocument, Segment, Serve } from "../model.ts";
import type { EvaluationResult } from "../result.ts";
import { leadsIntoCycle } from "./oracle-cycles.ts";
import { passes, understands } from "./oracle-operators.ts";

export interface OracleQuestion {
  readonly ruleset: RulesetDocument;
  readonly context: unknown;
  readonly now: number;
  /** Whether a flag's or a segment's document can be read. */
  readonly readable: (kind: "flag" | "segment", document: unknown) => boolean;
}

/** What `evaluate` answers, but for the message. */
export type OracleAnswer = Omit<EvaluationResult<unknown>, "errorMessage" | "revision">;

/** A variant that was decided on, and why. */
interface Decision {
  readonly variant: string;
  readonly reason: EvaluationResult["reason"];
  readonly ruleId?: string;
}

export function ask(question: OracleQuestion, key: string, defaultValue: unknown): OracleAnswer {
  const failed = (errorCode: NonNullable<EvaluationResult["errorCode"]>): OracleAnswer => ({
    value: defaultValue,
    reason: "ERROR",
    errorCode,
  });
  if (!Object.hasOwn(question.ruleset.flags, key)) return failed("FLAG_NOT_FOUND");
  const flag = flagOf(question, key);
  if (flag === undefined) return failed("PARSE_ERROR");
  const wanted = ["boolean", "string", "number"].includes(typeof defaultValue) ? typeof defaultValue : "json";
  if (flag.type !== wanted) return failed("TYPE_MISMATCH");
  const decision = decide(question, key);
  if (decision === undefined) return failed("GENERAL");
  return { ...decision, value: flag.variants.find((variant) => variant.key === decision.variant)?.value };
}

/** `undefined` where the flag is not there, cannot be read, or refers into a cycle: it serves no variant. */
function decide(question: OracleQuestion, key: string): Decision | undefined {
  const flag = flagOf(question, key);
  if (flag === undefined) return undefined;
  if (!flag.enabled) return { variant: flag.off, reason: "DISABLED" };
  if (leadsIntoCycle(question, `flag ${key}`)) return undefined;
  if (!flag.prerequisites.every((reference) => serves(question, reference))) {
    return { variant: flag.off, reason: "PREREQUISITE_FAILED" };
  }
  const target = targetOf(question, flag);
  if (target !== undefined) return { variant: target, reason: "TARGETING_MATCH" };
  for (const { id, when, serve } of flag.rules) {
    if (!isUnderstood(question, when) || !holds(question, when)) continue;
    const served = serving(question, flag, serve);
    if (served !== null) return { variant: served, reason: reasonOf(serve, "TARGETING_MATCH"), ruleId: id };
  }
  const plain = flag.prerequisites.length + flag.targets.length + flag.rules.length === 0 ? "STATIC" : "DEFAULT";
  const served = serving(question, flag, flag.fallthrough);
  if (served === null) return { variant: flag.off, reason: "DEFAULT" };
  return { variant: served, reason: reasonOf(flag.fallthrough, plain) };
}

const reasonOf = (serve: Serve, plain: Decision["reason"]): Decision["reason"] =>
  "rollout" in serve ? "SPLIT" : plain;

function flagOf({ ruleset, readable }: OracleQuestion, key: string): Flag | undefined {
  const flag = Object.hasOwn(ruleset.flags, key) ? ruleset.flags[key] : undefined;
  return readable("flag", flag) ? (flag as Flag) : undefined;
}

function segmentOf({ ruleset, readable }: OracleQuestion, key: string): Segment | undefined {
  const segment = Object.hasOwn(ruleset.segments, key) ? ruleset.segments[key] : undefined;
  return readable("segment", segment) ? (segment as Segment) : undefined;
}

function serves(question: OracleQuestion, { flag, variants }: FlagReference): boolean {
  const decision = decide(question, flag);
  return decision !== undefined && variants.includes(decision.variant);
}

function targetOf({ context }: OracleQuestion, flag: Flag): string | undefined {
  const key = keyOf(attribute(context, "targetingKey"));
  return key === undefined ? undefined : flag.targets.find(({ keys }) => keys.includes(key))?.variant;
}

/** The variant served; null where the context is left out. */
function serving(question: OracleQuestion, flag: Flag, serve: Serve): string | null {
  if ("variant" in serve) return serve.variant;
  const ranges = rangesOf(serve.rollout, flag);
  const owners = new Set(ranges.filter(({ from, upTo }) => from < upTo).map(({ variant }) => variant));
  const [only = null] = owners;
  if (owners.size === 1 && ranges.at(-1)?.upTo === 100_000) return only;
  const key = keyOf(attribute(question.context, serve.rollout.bucketBy ?? "targetingKey"));
  if (key === undefined || key === "") return null;
  const hash = murmurhash.v3(new TextEncoder().encode(key), serve.rollout.seed ?? flag.seed);
  const bucket = Math.floor((hash * 100_000) / 2 ** 32);
  return ranges.find(({ from, upTo }) => from <= bucket && bucket < upTo)?.variant ?? null;
}

/** Weights are laid out in the order of the flag's variants. */
function rangesOf({ allocation, weights = {} }: Rollout, { variants }: Flag) {
  let sum = 0;
  const inOrder = variants.map(({ key }) => {
    sum += Object.hasOwn(weights, key) ? (weights[key] ?? 0) : 0;
    return [sum, key] as const;
  });
  const ranges = allocation ?? inOrder;
  return ranges.map(([upTo, variant], at) => ({ from: ranges[at - 1]?.[0] ?? 0, upTo, variant }));
}

/** Whether nothing in a condition, or in the segments that it refers to, is of a kind that is not known. */
function isUnderstood(question: OracleQuestion, condition: Condition): boolean {
  if ("all" in condition) return condition.all.every((part) => isUnderstood(question, part));
  if ("any" in condition) return condition.any.every((part) => isUnderstood(question, part));
  if ("not" in condition) return isUnderstood(question, condition.not);
  if ("flag" in condition) return true;
  if ("attribute" in condition) return understands(condition.op, condition.values ?? []);
  if (!("segment" in condition)) return false;
  const segment = segmentOf(question, condition.segment);
  return segment !== undefined && (segment.when === null || isUnderstood(question, segment.when));
}

/** Whether a condition holds that is understood. */
function holds(question: OracleQuestion, condition: Condition): boolean {
  if ("all" in condition) return condition.all.every((part) => holds(question, part));
  if ("any" in condition) return condition.any.some((part) => holds(question, part));
  if ("not" in condition) return !holds(question, condition.not);
  if ("flag" in condition) return serves(question, condition);
  if ("segment" in condition) return isMember(question, condition.segment);
  const { op, values = [], ignoreCase = false } = condition;
  const actual = condition.attribute === "$now" ? question.now : attribute(question.context, condition.attribute);
  return passes(actual, { op, values, ignoreCase });
}

function isMember(question: OracleQuestion, key: string): boolean {
  const segment = segmentOf(question, key);
  if (segment === undefined) return false;
  const member = keyOf(attribute(question.context, segment.by ?? "targetingKey"));
  if (member !== undefined && "includes" in segment.excluded && segment.excluded.includes(member)) return false;
  if (member !== undefined && "includes" in segment.included && segment.included.includes(member)) return true;
  return segment.when !== null && holds(question, segment.when);
}

function keyOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" && Number.isSafeInteger(value) ? `${value}` : undefined;
}

/** `undefined` where it is missing. */
function attribute(context: unknown, name: string): unknown {
  const whole = property(context, name);
  return whole === undefined ? name.split(".").reduce(property, context) : whole;
}

function property(holder: unknown, name: string): unknown {
  const isObject = typeof holder === "object" && holder !== null && !Array.isArray(holder);
  return isObject && Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
}
