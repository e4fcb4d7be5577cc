/** What a test says of a flag, as the document that a configuration file would hold. Pure. */
import { type EvaluationContext, type JsonValue, typeOfDefault } from "@bannerol/core";

/** A flag that was set by its values. */
export interface TestFlag {
  readonly everybody: JsonValue;
  /** Those who get something else; the first that fits counts. */
  readonly some: readonly Exception[];
}

export interface Exception {
  readonly who: EvaluationContext;
  readonly value: JsonValue;
}

export function documentOf({ everybody, some }: TestFlag): object {
  const type = typeOfDefault(everybody);
  const values = new Map([everybody, ...some.map(({ value }) => value)].map((value) => [variantOf(value), value]));
  return {
    type,
    ...(type !== "boolean" && { variants: [...values].map(([key, value]) => ({ key, value })) }),
    off: variantOf(everybody),
    rules: some.map(({ who, value }) => ({ when: isLike(who), serve: { variant: variantOf(value) } })),
    fallthrough: { variant: variantOf(everybody) },
  };
}

/** With an exception that counts before those that were made earlier. */
export function withException(flag: TestFlag, { who, value }: Exception): TestFlag {
  return { ...flag, some: [{ who, value }, ...flag.some] };
}

function variantOf(value: JsonValue): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isLike(who: EvaluationContext): object {
  return { all: Object.entries(who).map(([attribute, value]) => ({ attribute, op: "in", values: [value] })) };
}
