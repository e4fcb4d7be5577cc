/** All that a test has said of its flags. Pure: each word gives the next state. */
import { type EvaluationContext, type JsonValue, typeOfDefault } from "@bannerol/core";
import type { TestDocument } from "./test-feed.ts";
import { documentOf, type TestFlag, withException } from "./test-flags.ts";

export interface Said {
  /** Set by their values, or loaded as they are. */
  readonly flags: ReadonlyMap<string, TestFlag | { readonly loaded: object }>;
  readonly segments: ReadonlyMap<string, object>;
}

export function saidOf(values: { readonly [key: string]: JsonValue }): Said {
  return {
    flags: new Map(Object.entries(values).map(([key, value]) => [key, forEverybody(value)])),
    segments: new Map(),
  };
}

export function forEverybody(value: JsonValue): TestFlag {
  return { everybody: value, some: [] };
}

export function withFlag({ flags, segments }: Said, key: string, flag: TestFlag): Said {
  return { flags: new Map([...flags, [key, flag]]), segments };
}

export function withoutFlag({ flags, segments }: Said, key: string): Said {
  return { flags: new Map([...flags].filter(([other]) => other !== key)), segments };
}

export function withDocument(said: Said, { flags = {}, segments = {} }: TestDocument): Said {
  const loaded = Object.entries(flags).map(([key, flag]) => [key, { loaded: flag }] as const);
  return {
    flags: new Map([...said.flags, ...loaded]),
    segments: new Map([...said.segments, ...Object.entries(segments)]),
  };
}

/** What `setFor` says. Throws a `TypeError` where that cannot be. */
export function withOthers(
  said: Said,
  who: string | EvaluationContext,
  [key, value]: readonly [string, JsonValue],
): Said {
  const flag = said.flags.get(key) ?? offFor(key, value);
  if ("loaded" in flag) throw new TypeError(`The flag ${key} was loaded. Load it with a rule or a target instead.`);
  const [type, given] = [typeOfDefault(flag.everybody), typeOfDefault(value)];
  if (type !== given) throw new TypeError(`The flag ${key} is of type ${type}, and this value is of type ${given}.`);
  return withFlag(
    said,
    key,
    withException(flag, { who: typeof who === "string" ? { targetingKey: who } : who, value }),
  );
}

export function documentOfAll({ flags, segments }: Said): TestDocument {
  const documents = [...flags].map(([key, flag]) => [key, "loaded" in flag ? flag.loaded : documentOf(flag)] as const);
  return { flags: Object.fromEntries(documents), segments: Object.fromEntries(segments) };
}

function offFor(key: string, value: JsonValue): TestFlag {
  if (typeof value === "boolean") return forEverybody(false);
  throw new TypeError(`Say first what everybody else gets: flags.set(${JSON.stringify(key)}, …).`);
}
