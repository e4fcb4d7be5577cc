/** A decision, step by step: what was asked, what came of it, and why; the step that decided is marked. */
import type {
  ConditionStep,
  Explanation,
  FlagExplanation,
  RolloutStep,
  SegmentExplanation,
  ServeStep,
  Step,
} from "@bannerol/core";
import type { Colours } from "./colour.ts";
import { oneLine, printable } from "./printable.ts";
import { table } from "./table.ts";

/** What was looked at, whether it holds, and why. */
interface Line {
  readonly depth: number;
  readonly what: string;
  readonly holds?: boolean;
  readonly why?: string;
  readonly decided?: boolean;
}

export function explanationText(explanation: Explanation, colours: Colours): string {
  const referred = [
    ...explanation.flags.flatMap((flag) => [
      { depth: 0, what: `flag ${printable(flag.flag)}`, why: `serves ${served(flag)}` },
      ...stepLines(flag).map((line) => ({ ...line, decided: false, depth: line.depth + 1 })),
    ]),
    ...explanation.segments.flatMap(segmentLines),
  ];
  const rows = (lines: readonly Line[]) => lines.map((line) => cells(line, colours));
  const gap = referred.length === 0 ? [] : [[]];
  return table([...rows(stepLines(explanation)), ...gap, ...rows(referred)]);
}

function cells({ depth, what, holds, why = "", decided = false }: Line, colours: Colours): string[] {
  const marked = `${decided ? "→ " : "  "}${"  ".repeat(depth)}${what}`;
  const answer = holds === undefined ? "" : holds ? colours.green("yes") : colours.red("no");
  return [decided ? colours.bold(marked) : marked, answer, decided || why === "" ? why : colours.dim(why)];
}

const served = ({ variant, errorMessage, reason }: FlagExplanation): string =>
  variant === undefined ? printable(errorMessage ?? reason) : printable(variant);

function stepLines({ steps }: FlagExplanation): Line[] {
  return steps.flatMap((step) => {
    const [first, ...rest] = linesOf(step);
    return first === undefined ? [] : [{ ...first, decided: step.decided }, ...rest];
  });
}

function linesOf(step: Step): Line[] {
  switch (step.step) {
    case "enabled":
      return [{ depth: 0, what: "enabled", holds: step.enabled }];
    case "prerequisite": {
      const what = `${printable(step.flag)} serves ${anyOf(step.variants)}`;
      return [{ depth: 0, what, holds: step.met, why: `it serves ${printable(step.served ?? "nothing")}` }];
    }
    case "targets":
      return [{ depth: 0, what: "listed key", holds: step.variant !== undefined, why: whyTarget(step) }];
    case "rule":
      return ruleLines(step);
    case "fallthrough":
      return [{ depth: 0, what: "everybody else", why: whyServed(step.serve) }];
    case "error":
      return [{ depth: 0, what: "error", why: printable(step.message) }];
    default:
      return unknown(step);
  }
}

/** A newer server's step: shown as it came, rather than not at all. */
const unknown = (step: unknown): Line[] => [{ depth: 0, what: oneLine(step) }];

function whyTarget(step: Extract<Step, { step: "targets" }>): string {
  const key = shown(step.key, step.redacted);
  return step.variant === undefined ? `${key} is in no list` : `${key} is listed for ${printable(step.variant)}`;
}

function ruleLines(step: Extract<Step, { step: "rule" }>): Line[] {
  const name = step.name ? ` (${printable(step.name)})` : "";
  const why = step.serve === undefined ? "" : whyServed(step.serve);
  return [
    { depth: 0, what: `rule ${printable(step.ruleId)}${name}`, holds: step.matched, why },
    ...(step.problems ?? []).map(({ path, message }) => ({
      depth: 1,
      what: `not understood: ${printable(path)}`,
      why: printable(message),
    })),
    ...conditionLines(step.when, 1),
  ];
}

function whyServed(serve: ServeStep): string {
  return "variant" in serve ? printable(serve.variant) : whyRollout(serve.rollout);
}

function whyRollout({ bucketBy, key, redacted, bucket, range, variant }: RolloutStep): string {
  const who = `${printable(bucketBy)} ${shown(key, redacted)}`;
  const outcome = variant === null ? "left out" : printable(variant);
  if (bucket === undefined || range === undefined) return `${outcome}: ${who} has no bucket`;
  return `${outcome}: ${who} has bucket ${bucket} of ${range[0]} to ${range[1] - 1}`;
}

function conditionLines(step: ConditionStep, depth: number): Line[] {
  const { holds } = step;
  switch (step.kind) {
    case "all":
    case "any":
      return [{ depth, what: step.kind, holds }, ...step.parts.flatMap((part) => conditionLines(part, depth + 1))];
    case "not":
      return [{ depth, what: "not", holds }, ...conditionLines(step.part, depth + 1)];
    case "segment":
      return [{ depth, what: `in segment ${printable(step.segment)}`, holds }];
    case "flag": {
      const what = `${printable(step.flag)} serves ${anyOf(step.variants)}`;
      return [{ depth, what, holds, why: `it serves ${printable(step.served ?? "nothing")}` }];
    }
    case "test":
      return [{ depth, what: testOf(step), holds, why: whyTest(step) }];
    case "notUnderstood":
      return [{ depth, what: "not understood", holds, why: printable(step.message) }];
    default:
      return unknown(step);
  }
}

type TestStep = Extract<ConditionStep, { kind: "test" }>;

/** Long lists are told by their beginning. */
const SHOWN = 5;

function testOf({ attribute, op, values, ignoreCase }: TestStep): string {
  const more = values.length > SHOWN ? `, … (${values.length})` : "";
  const list = values.slice(0, SHOWN).map(oneLine).join(", ");
  return `${printable(attribute)} ${printable(op)} ${list}${more}${ignoreCase ? " (any case)" : ""}`.trimEnd();
}

function whyTest({ actual, redacted, failed }: TestStep): string {
  return failed ? "it could not be read" : `it is ${shown(actual, redacted)}`;
}

function segmentLines({ segment, member, by, key, redacted, decidedBy, when }: SegmentExplanation): Line[] {
  const reasons = {
    excluded: "is excluded",
    included: "is included",
    when: "by its condition",
    nothing: "is in no list",
  };
  const who = `${printable(by)} ${shown(key, redacted)}`;
  return [
    { depth: 0, what: `segment ${printable(segment)}`, holds: member, why: `${who} ${reasons[decidedBy]}` },
    ...(when === undefined ? [] : conditionLines(when, 1)),
  ];
}

function shown(value: unknown, redacted: true | undefined): string {
  if (redacted) return "(hidden)";
  return value === undefined ? "missing" : oneLine(value);
}

const anyOf = (variants: readonly string[]): string => variants.map(printable).join(" or ");
