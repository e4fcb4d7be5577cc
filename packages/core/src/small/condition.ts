import { attributeReader, NOW } from "../attributes.ts";
import { isJson, isRecord, type JsonRecord, MAX_NESTING } from "../json.ts";
import { someElement } from "./elements.ts";
import { operators } from "./operators.ts";
import { need, needList, needText } from "./reading.ts";
import type { Holds, Run } from "./run.ts";

/** What a document refers to, whether or not anybody would reach it. */
export interface References {
  readonly flags: readonly string[];
  readonly segments: readonly string[];
  /** Whether the clock is tested. */
  readonly clock: boolean;
}

/** A condition, ready to be asked. */
export interface When extends References {
  readonly holds: Holds;
  /** Whether all of it is known here; nothing may be decided by it where it is not. */
  readonly isKnown: boolean;
}

interface Found {
  readonly flags: string[];
  readonly segments: string[];
  clock: boolean;
  isKnown: boolean;
}

export function readWhen(source: unknown): When {
  const found: Found = { flags: [], segments: [], clock: false, isKnown: true };
  const holds = readPart(source, found, 1);
  return { ...found, holds };
}

function readPart(source: unknown, found: Found, depth: number): Holds {
  need(isRecord(source) && depth <= MAX_NESTING);
  const { all, any, not, segment, flag, attribute } = source;
  need([all, any, not, segment, flag, attribute].filter((kind) => kind !== undefined).length < 2);
  const part = (each: unknown) => readPart(each, found, depth + 1);
  if (all !== undefined) {
    const parts = needList(all, part);
    return (run) => parts.every((holds) => holds(run));
  }
  if (any !== undefined) {
    const parts = needList(any, part);
    return (run) => parts.some((holds) => holds(run));
  }
  if (not !== undefined) {
    const holds = part(not);
    return (run) => !holds(run);
  }
  if (segment !== undefined) {
    const key = needText(segment);
    found.segments.push(key);
    return (run) => run.isIn(key);
  }
  if (flag !== undefined) return readReference(source, found.flags);
  return attribute === undefined ? unknown(found) : readTest(source, found);
}

/** Whether another flag serves one of the wanted variants: a prerequisite or a `flag` condition. */
export function readReference(source: unknown, flags: string[]): Holds {
  need(isRecord(source));
  const flag = needText(source.flag);
  const variants: readonly (string | undefined)[] = needList(source.variants, needText);
  flags.push(flag);
  return (run) => variants.includes(run.variantOf(flag));
}

function unknown(found: Found): Holds {
  found.isKnown = false;
  return () => false;
}

function readTest({ attribute, op, values, ignoreCase = false }: JsonRecord, found: Found): Holds {
  const name = needText(attribute);
  const operator = operators.get(needText(op));
  need(typeof ignoreCase === "boolean");
  if (name === NOW) found.clock = true;
  const look = attributeReader(name);
  const valueIn: (run: Run) => unknown = (run) => (name === NOW ? run.now : look(run.attributes));
  if (op === "exists") {
    return needValues(values ?? []).length > 0 ? unknown(found) : (run) => (valueIn(run) ?? null) !== null;
  }
  if (operator === undefined) return unknown(found);
  const [read, passes, readWanted = read] = operator;
  const wanted = needValues(values).map((value) => readWanted(value, ignoreCase));
  if (wanted.includes(undefined)) return unknown(found);
  return (run) =>
    someElement(valueIn(run), (element) => {
      const value = read(element, ignoreCase);
      return value !== undefined && wanted.some((each) => passes(value, each));
    });
}

const needValues = (values: unknown): readonly unknown[] =>
  needList(values, (value) => {
    need(value !== null && isJson(value));
    return value;
  });
