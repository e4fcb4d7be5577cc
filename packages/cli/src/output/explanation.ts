/** A decision in words, step by step: what was asked, what came of it and why. The step that decided is marked. */
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
import { type Mark, renderLines, type StepLine } from "./step-lines.ts";
import { testWords } from "./test-words.ts";

export function explanationText(explanation: Explanation, colours: Colours): string {
  const paragraphs = [
    stepLines(explanation),
    ...explanation.segments.map(segmentLines),
    ...explanation.flags.map(flagLines),
  ];
  return paragraphs.map((lines) => renderLines(lines, colours)).join("\n\n");
}

const markOf = (holds: boolean): Mark => (holds ? "yes" : "no");

function stepLines(flag: FlagExplanation): StepLine[] {
  return flag.steps.flatMap((step) => linesOf(step, flag));
}

function linesOf(step: Step, flag: FlagExplanation): StepLine[] {
  const { decided } = step;
  switch (step.step) {
    case "enabled": {
      const text = step.enabled ? "the flag is enabled" : `the flag is disabled: ${offWords(flag)}`;
      return [{ depth: 0, mark: markOf(step.enabled), text, decided }];
    }
    case "prerequisite": {
      const then = step.met ? "" : `; so ${offWords(flag)}`;
      return [
        { depth: 0, mark: markOf(step.met), text: `prerequisite: ${servedWords(step, step.met)}${then}`, decided },
      ];
    }
    case "targets":
      return [targetLine(step)];
    case "rule":
      return ruleLines(step);
    case "fallthrough":
      return fallthroughLines(step, flag);
    case "error":
      return [{ depth: 0, mark: "trouble", text: printable(step.message), decided }];
    default:
      return unknown(step, 0);
  }
}

/** A newer server's step: shown as it came, rather than not at all. */
const unknown = (step: unknown, depth: number): StepLine[] => [{ depth, mark: "none", text: oneLine(step) }];

const offWords = ({ variant }: FlagExplanation): string =>
  variant === undefined ? "the off variant is served" : `the off variant, ${printable(variant)}, is served`;

interface Reference {
  readonly flag: string;
  readonly variants: readonly string[];
  readonly served?: string;
}

function servedWords({ flag, variants, served }: Reference, wanted: boolean): string {
  const name = `flag ${printable(flag)}`;
  const list = variants.map(printable).join(" or ") || "none";
  if (served === undefined) return `${name} serves nothing, and ${list} is asked for`;
  return wanted
    ? `${name} serves ${printable(served)}`
    : `${name} serves ${printable(served)}, and ${list} is asked for`;
}

function targetLine(step: Extract<Step, { step: "targets" }>): StepLine {
  const who = keyWords("targetingKey", step);
  const { variant, decided } = step;
  const text = variant === undefined ? `${who} is in no list of targets` : `${who} is listed for ${printable(variant)}`;
  return { depth: 0, mark: markOf(variant !== undefined), text, decided };
}

function ruleLines({ ruleId, name, matched, when, serve, problems = [], decided }: Extract<Step, { step: "rule" }>) {
  const rule = `rule ${printable(ruleId)}${name ? ` (${printable(name)})` : ""}`;
  const troubles = problems.map(
    ({ path, message }): StepLine => ({ depth: 1, mark: "trouble", text: `${printable(path)}: ${printable(message)}` }),
  );
  const told = serve === undefined ? [] : rolloutLines(serve, 1);
  const mark = problems.length > 0 ? "trouble" : markOf(matched && decided);
  return [
    { depth: 0, mark, text: `${rule} ${ruleWords(serve, problems.length)}`, decided },
    ...troubles,
    ...conditionLines(when, 1),
    ...told,
  ];
}

function ruleWords(serve: ServeStep | undefined, problems: number): string {
  if (problems > 0) return "is passed over, since part of it is not understood";
  if (serve === undefined) return "does not match";
  if ("variant" in serve) return `matches: ${printable(serve.variant)} is served`;
  const { variant } = serve.rollout;
  return variant === null
    ? "matches, but its rollout leaves this context out"
    : `matches: its rollout serves ${printable(variant)}`;
}

function fallthroughLines({ serve, decided }: Extract<Step, { step: "fallthrough" }>, flag: FlagExplanation) {
  const outcome =
    "variant" in serve
      ? `${printable(serve.variant)} is served`
      : serve.rollout.variant === null
        ? `the rollout leaves this context out, and ${offWords(flag)}`
        : `the rollout serves ${printable(serve.rollout.variant)}`;
  const line: StepLine = { depth: 0, mark: markOf(decided), text: `everybody else: ${outcome}`, decided };
  return [line, ...rolloutLines(serve, 1)];
}

function rolloutLines(serve: ServeStep, depth: number): StepLine[] {
  return "variant" in serve ? [] : [{ depth, mark: "none", text: rolloutWords(serve.rollout) }];
}

function rolloutWords({ bucketBy, key, redacted, bucket, range, variant }: RolloutStep): string {
  const who = keyWords(bucketBy, { key, redacted });
  if (bucket === undefined || range === undefined) {
    return variant === null ? `${who} has no bucket` : `every bucket gets ${printable(variant)}`;
  }
  const fate = variant === null ? "are left out" : `get ${printable(variant)}`;
  return `${who} has bucket ${bucket}; ${range[0]} to ${range[1] - 1} ${fate}`;
}

function conditionLines(step: ConditionStep, depth: number): StepLine[] {
  const line = (text: string): StepLine => ({ depth, mark: markOf(step.holds), text });
  switch (step.kind) {
    case "all":
    case "any":
      if (step.parts.length === 0)
        return [line(`an empty ${step.kind}, which ${step.holds ? "always" : "never"} holds`)];
      return [line(`${step.kind} of`), ...step.parts.flatMap((part) => conditionLines(part, depth + 1))];
    case "not":
      return [line("not"), ...conditionLines(step.part, depth + 1)];
    case "segment":
      return [line(`${step.holds ? "in" : "not in"} segment ${printable(step.segment)}, as told below`)];
    case "flag":
      return [line(servedWords(step, step.holds))];
    case "test":
      return [line(testWords(step))];
    case "notUnderstood":
      return [{ depth, mark: "trouble", text: `not understood: ${printable(step.message)}` }];
    default:
      return unknown(step, depth);
  }
}

function segmentLines({ segment, member, by, when, decidedBy, list, ...who }: SegmentExplanation): StepLine[] {
  const reasons = {
    excluded: "is excluded",
    included: "is included",
    when: `is in no list, and the condition ${member ? "holds" : "does not hold"}`,
    nothing: "is in no list, and there is no condition",
  };
  const held = list === undefined ? "" : `, in a list of ${list.size.toLocaleString("en")} keys`;
  const said = `${keyWords(by, who)} ${reasons[decidedBy]}${held}`;
  const text = `${member ? "in" : "not in"} segment ${printable(segment)}: ${said}`;
  return [{ depth: 0, mark: markOf(member), text }, ...(when === undefined ? [] : conditionLines(when, 1))];
}

/** Other flags are told like the one that was asked for, a step further in; what decided them decided nothing here. */
function flagLines(flag: FlagExplanation): StepLine[] {
  const outcome =
    flag.variant === undefined ? `nothing: ${printable(flag.errorMessage ?? flag.reason)}` : printable(flag.variant);
  const steps = stepLines(flag).map((line) => ({ ...line, depth: line.depth + 1, decided: false }));
  return [{ depth: 0, mark: "none", text: `flag ${printable(flag.flag)} serves ${outcome}` }, ...steps];
}

interface ShownKey {
  readonly key?: unknown;
  readonly redacted?: true | undefined;
}

function keyWords(name: string, { key, redacted }: ShownKey): string {
  if (redacted) return `${printable(name)} (hidden)`;
  return key === undefined ? `${printable(name)} is missing and` : `${printable(name)} ${oneLine(key)}`;
}
