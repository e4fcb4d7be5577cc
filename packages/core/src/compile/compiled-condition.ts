import type { Attributes } from "../attributes.ts";
import { type CompiledTest, NO_TEST, passes } from "./attribute-test.ts";
import type { Holds } from "./linked.ts";
import type { SharedAttribute } from "./shared-attribute.ts";

const ALL = 0;
const ANY = 1;
const NOT = 2;
const TEST = 3;
const ASK = 4;

/**
 * A condition, ready to be asked. One shape for all kinds, gone through by one function: where each kind was a function
 * of its own, every step was a call to an unknown one, and a condition of two tests took five of them.
 */
export interface CompiledCondition extends CompiledTest {
  readonly kind: typeof ALL | typeof ANY | typeof NOT | typeof TEST | typeof ASK;
  readonly parts: readonly CompiledCondition[];
  /** Whose value is tested. */
  readonly attribute: SharedAttribute | undefined;
  /** What decides where the condition is neither a test of an attribute nor made of parts. */
  readonly ask: Holds;
}

const NO_PARTS: readonly CompiledCondition[] = [];
const never: Holds = () => false;

/** The one place where they are made, which is what gives all of them one hidden class. */
function make(
  kind: CompiledCondition["kind"],
  parts: readonly CompiledCondition[],
  ask = never,
  attribute?: SharedAttribute,
  { sees, test, oneOf }: CompiledTest = NO_TEST,
): CompiledCondition {
  return { kind, parts, attribute, sees, test, oneOf, ask };
}

export const allOf = (parts: readonly CompiledCondition[]) => make(ALL, parts);
export const anyOf = (parts: readonly CompiledCondition[]) => make(ANY, parts);
export const notOf = (part: CompiledCondition) => make(NOT, [part]);
export const askOf = (ask: Holds) => make(ASK, NO_PARTS, ask);
export const NOWHERE = askOf(never);

export function testOf(attribute: SharedAttribute, test: CompiledTest): CompiledCondition {
  return make(TEST, NO_PARTS, never, attribute, test);
}

/** Throws where reading the attributes does. Allocates nothing. */
export function holds(condition: CompiledCondition, attributes: Attributes, now: number, run: number): boolean {
  if (condition.kind === TEST) return testHolds(condition, attributes, run);
  if (condition.kind === ASK) return condition.ask(attributes, now, run);
  return partsHold(condition, attributes, now, run);
}

/** All hold unless one does not, any holds where one does, and `not` is an `all` whose one part is turned round. */
function partsHold({ kind, parts }: CompiledCondition, attributes: Attributes, now: number, run: number): boolean {
  const goOn = kind === ALL;
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at];
    if (part === undefined) continue;
    // Most parts are tests, and a test in place is no call.
    const held = part.kind === TEST ? testHolds(part, attributes, run) : holds(part, attributes, now, run);
    if (held !== goOn) return kind === ANY;
  }
  return kind !== ANY;
}

function testHolds(condition: CompiledCondition, attributes: Attributes, run: number): boolean {
  return condition.attribute !== undefined && passes(condition, condition.attribute.valueIn(attributes, run));
}
