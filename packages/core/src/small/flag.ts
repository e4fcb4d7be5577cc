import { attributeReader, keyIn, TARGETING_KEY } from "../attributes.ts";
import { freezeDeep, isCount, isJson, isRecord, isSeed } from "../json.ts";
import type { FlagType, JsonValue } from "../model.ts";
import { type References, readReference, readWhen, type When } from "./condition.ts";
import { need, needList, needText } from "./reading.ts";
import type { Holds, Run } from "./run.ts";
import { needVariant, readServe, type Serve } from "./serve.ts";

export interface Rule {
  readonly id: string;
  readonly when: When;
  readonly serve: Serve;
}

/** A flag's document, read. */
export interface Program extends References {
  readonly type: FlagType;
  readonly enabled: boolean;
  readonly off: string;
  readonly values: ReadonlyMap<string, JsonValue>;
  readonly prerequisites: readonly Holds[];
  /** The variant of the first list that names who asks. Absent where there are no lists. */
  readonly targets: ((run: Run) => string | undefined) | undefined;
  readonly rules: readonly Rule[];
  readonly fallthrough: Serve;
}

const TYPES = ["boolean", "string", "number", "json"];

const isType = (value: unknown): value is FlagType => TYPES.some((type) => type === value);

/** No limit is checked, and every part is looked at, whether or not anybody would reach it. */
export function readFlag(source: unknown): Program {
  need(isRecord(source));
  const { version, type, seed, enabled, variants, off, prerequisites, targets, rules, fallthrough } = source;
  need(isCount(version) && isType(type) && isSeed(seed) && typeof enabled === "boolean");
  const values = readVariants(variants, type);
  const own = { keys: [...values.keys()], seed };
  const flags: string[] = [];
  const program = {
    type,
    enabled,
    off: needVariant(off, own),
    values,
    prerequisites: needList(prerequisites, (each) => readReference(each, flags)),
    targets: readTargets(targets, own),
    rules: needList(rules, (rule): Rule => {
      need(isRecord(rule));
      const { id, name = "", when, serve } = rule;
      needText(name);
      return { id: needText(id), when: readWhen(when), serve: readServe(serve, own) };
    }),
    fallthrough: readServe(fallthrough, own),
  };
  const whens = program.rules.map(({ when }) => when);
  return {
    ...program,
    flags: [...flags, ...whens.flatMap((when) => when.flags)],
    segments: whens.flatMap((when) => when.segments),
    clock: whens.some((when) => when.clock),
  };
}

function readVariants(variants: unknown, type: FlagType): ReadonlyMap<string, JsonValue> {
  const values = new Map<string, JsonValue>();
  needList(variants, (variant) => {
    need(isRecord(variant));
    const { value } = variant;
    const key = needText(variant.key);
    need(!values.has(key) && isJson(value) && (type === "json" || typeof value === type));
    values.set(key, freezeDeep(value));
  });
  return values;
}

function readTargets(targets: unknown, own: { readonly keys: readonly string[] }): Program["targets"] {
  const byKey = new Map<string | undefined, string>();
  const lists = needList(targets, (target) => {
    need(isRecord(target));
    const variant = needVariant(target.variant, own);
    for (const key of needList(target.keys, needText)) if (!byKey.has(key)) byKey.set(key, variant);
  });
  const read = attributeReader(TARGETING_KEY);
  return lists.length > 0 ? ({ attributes }) => byKey.get(keyIn(read(attributes))) : undefined;
}
