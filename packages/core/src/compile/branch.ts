import type { Attributes } from "../attributes.ts";
import { type ElementTest, elementPasses, NO_TEST } from "./attribute-test.ts";
import type { Holds } from "./linked.ts";
import type { SharedAttribute } from "./shared-attribute.ts";

/** `end` of a branch that is a question, and no end. */
const GOES_ON = -1;

/**
 * One question on the way to a decision, and where its answer leads; or, where `end` is not negative, an end.
 *
 *     plan in [pro] ──holds──▸ country in [z] ──holds──▸ end 0 (the first rule)
 *          └──────────not───────────┴──▸ … the next rule's questions … ──▸ end n (the fallthrough)
 *
 * `all`, `any` and `not` are no questions: they are only in how the branches are linked. So that following them is one
 * loop over objects of one shape, where a tree of conditions took a call for each of its nodes.
 */
export interface Branch extends ElementTest {
  /** Whose value is tested; where it is absent, `ask` decides. */
  readonly attribute: SharedAttribute | undefined;
  readonly ask: Holds;
  readonly end: number;
  /** Where to go on: the branch itself, until it is linked. */
  held: Branch;
  not: Branch;
}

/** Parts that are all to hold, or of which any is to; or one that is not to. */
export interface Group {
  readonly group: "all" | "any" | "not";
  readonly parts: readonly CompiledCondition[];
}

/** A condition, ready to be linked: once, since linking says where its branches lead. */
export type CompiledCondition = Branch | Group;

/** What never holds. */
export const never: Holds = () => false;

/**
 * Under one class, so that all have one shape. Its fields are declared and not defined, here and in what else is made
 * for each flag: what is defined is set once more, by a call of its own, before the constructor sets it.
 */
class Link implements Branch {
  declare readonly attribute: SharedAttribute | undefined;
  declare readonly test: ElementTest["test"];
  declare readonly oneOf: ElementTest["oneOf"];
  declare readonly ask: Holds;
  declare readonly end: number;
  declare held: Branch;
  declare not: Branch;

  constructor(end: number, ask: Holds, attribute: SharedAttribute | undefined, { test, oneOf }: ElementTest) {
    this.attribute = attribute;
    this.test = test;
    this.oneOf = oneOf;
    this.ask = ask;
    this.end = end;
    this.held = this;
    this.not = this;
  }
}

export const askOf = (ask: Holds): Branch => new Link(GOES_ON, ask, undefined, NO_TEST);

export const testOf = (attribute: SharedAttribute, test: ElementTest): Branch =>
  new Link(GOES_ON, never, attribute, test);

const newEnd = (number: number): Branch => new Link(number, never, undefined, NO_TEST);

/** As many as a flag that a server wrote has rules. All flags share them. */
const ends: readonly Branch[] = Array.from({ length: 201 }, (_, number) => newEnd(number));

/** The end of this number, from 0. */
export const endAt = (number: number): Branch => ends[number] ?? newEnd(number);

/** Links a condition to where it leads when it holds, and when it does not. Gives the branch to begin with. */
export function link(condition: CompiledCondition, held: Branch, not: Branch): Branch {
  if (!("group" in condition)) {
    condition.held = held;
    condition.not = not;
    return condition;
  }
  const { group, parts } = condition;
  // From the last part to the first, since a part leads to the one after it.
  let entry = group === "any" ? not : held;
  for (let at = parts.length - 1; at >= 0; at--) {
    const part = parts[at];
    if (part === undefined) continue;
    if (group === "all") entry = link(part, entry, not);
    else if (group === "any") entry = link(part, held, entry);
    else entry = link(part, not, held);
  }
  return entry;
}

/** The end that the branches lead to. Throws where reading the attributes does. Allocates nothing. */
export function endFrom(start: Branch, attributes: Attributes, now: number, run: number): number {
  let branch = start;
  while (branch.end === GOES_ON) {
    const { attribute } = branch;
    const held =
      attribute === undefined
        ? branch.ask(attributes, now, run)
        : elementPasses(branch, attribute.valueIn(attributes, run));
    branch = held ? branch.held : branch.not;
  }
  return branch.end;
}
