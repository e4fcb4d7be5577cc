/** How two targetings of a flag differ, a line a field and a line a rule, in words. */
import { isDeepStrictEqual } from "node:util";
import type { FlagReference } from "@bannerol/core";
import type { RuleForm, ServeForm, TargetingFields } from "@bannerol/protocol/schemas";
import type { Colours } from "./colour.ts";
import { conditionWords } from "./condition-words.ts";
import { describeServe } from "./describe.ts";
import { oneLine, printable } from "./printable.ts";
import { fold, WIDTH } from "./step-lines.ts";
import { table } from "./table.ts";
import type { Difference } from "./touched.ts";

/** Of one flag. */
export function targetingDiff(flag: string, differences: readonly Difference[], colours: Colours): string {
  const rows = differences.flatMap(rowsOf);
  const room = WIDTH - INDENT - Math.max(0, ...rows.map(([field]) => field.length));
  const lines = rows.flatMap(([field, words]) =>
    fold(words, room).map((part, at) => (at === 0 ? [`  ${field}`, part] : ["", `  ${part}`])),
  );
  return [colours.bold(printable(flag)), ...(lines.length === 0 ? [] : [table(lines)])].join("\n");
}

/** Before a field's name, and between it and what is said of it. */
const INDENT = 4;

type Row = readonly [field: string, words: string];

function rowsOf({ field, before, after }: Difference): readonly Row[] {
  if (field === "rules") return ruleRows(rulesIn(before), rulesIn(after));
  return [[printable(field), contrast(before, after, (value) => fieldWords(field, value))]];
}

/** What words do not tell apart, such as another seed, is shown as it came. */
function contrast<T>(before: T, after: T, words: (value: T) => string): string {
  const [was, is] = [words(before), words(after)];
  return was === is ? `${oneLine(before)} → ${oneLine(after)}` : `${was} → ${is}`;
}

/** A server's answers have the protocol's types; a field that only a newer one knows is shown as it came. */
function fieldWords(field: string, value: unknown): string {
  if (value === undefined || value === null) return NONE;
  const describe = describers.get(field) ?? oneLine;
  return describe(value as never);
}

const NONE = "none";

const describers: ReadonlyMap<string, (value: never) => string> = new Map<string, (value: never) => string>([
  ["enabled", (enabled: boolean) => (enabled ? "yes" : "no")],
  ["off", printable],
  ["prerequisites", (references: readonly FlagReference[]) => listOrNone(references.map(conditionWords))],
  ["targets", (targets: TargetingFields["targets"]) => listOrNone(targets.map(targetWords))],
  ["fallthrough", serveWords],
]);

const listOrNone = (parts: readonly string[]): string => (parts.length === 0 ? NONE : parts.join(", "));

function targetWords({ variant, keys }: TargetingFields["targets"][number]): string {
  return `${printable(variant)} for ${keys.length} ${keys.length === 1 ? "key" : "keys"}`;
}

/** The off variant is not known here, and so stands where it stands. */
function serveWords(serve: ServeForm): string {
  return describeServe(serve, "");
}

const rulesIn = (value: unknown): readonly RuleForm[] => (Array.isArray(value) ? value : []);

function ruleRows(before: readonly RuleForm[], after: readonly RuleForm[]): readonly Row[] {
  const ids = [...new Set([...before, ...after].map(({ id }) => id))];
  const changed = ids.flatMap((id): Row[] => {
    const [was, is] = [before, after].map((rules) => rules.find((rule) => rule.id === id));
    return isDeepStrictEqual(was, is) ? [] : [[`rule ${printable(id)}`, contrast(was, is, ruleWords)]];
  });
  return changed.length > 0 ? changed : [["rules", `${idsOf(before)} → ${idsOf(after)}`]];
}

const idsOf = (rules: readonly RuleForm[]): string => listOrNone(rules.map(({ id }) => printable(id)));

function ruleWords(rule: RuleForm | undefined): string {
  if (rule === undefined) return NONE;
  const { name, when, serve } = rule;
  return `${name === undefined ? "" : `${printable(name)}: `}${conditionWords(when)} gets ${serveWords(serve)}`;
}
