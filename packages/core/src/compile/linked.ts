import type { Attributes } from "../attributes.ts";
import type { FlagExplanation, SegmentExplanation } from "../evaluate/explanation.ts";
import type { Trace } from "../evaluate/trace.ts";
import type { Outcome } from "../result.ts";
import type { Program } from "./program.ts";
import type { SharedAttribute } from "./shared-attribute.ts";

/** A condition, ready to be asked. Throws where reading the attributes does. Allocates nothing. */
export type Holds = (attributes: Attributes, now: number, run: number) => boolean;

/**
 * A flag as another's references see it. Flags and segments remember their answer for the length of one evaluation,
 * the `run`: however often, and by however many ways, one is referred to, it is asked once.
 */
export interface LinkedFlag {
  readonly key: string;
  /** What answers; for what looks further into it than a decision does. */
  readonly program: Program;
  /** Throws where reading the attributes does. */
  serve(attributes: Attributes, now: number, run: number): Outcome;
  explain(trace: Trace): FlagExplanation;
}

/** A segment as conditions see it. */
export interface LinkedSegment {
  readonly key: string;
  /** Why nothing may be decided by this segment; `undefined` where all of it is understood. */
  readonly problem: string | undefined;
  /** Throws where reading the attributes does. */
  contains(attributes: Attributes, now: number, run: number): boolean;
  /** `undefined` where it cannot be read or leads into a cycle: what asks for it says so itself. */
  explain(trace: Trace): SegmentExplanation | undefined;
}

/** The keys of one of a segment's lists. */
export interface KeySet {
  readonly size: number;
  has(key: string): boolean;
}

/** Where references are resolved while a document is compiled. Afterwards they are direct. */
export interface Scope {
  flag(key: string): LinkedFlag | undefined;
  segment(key: string): LinkedSegment | undefined;
  /** A list of keys that is held apart. */
  list(id: string): KeySet | undefined;
  /** The same object for the same name. */
  attribute(name: string): SharedAttribute;
}

const runs = { count: 0 };

/**
 * The number of a new evaluation, or of several of one context at one time. It tells evaluations apart and nothing else, so it is no state that an answer could
 * depend on; all rulesets share the count, since flags that did not change live on from one to the next.
 */
export function nextRun(): number {
  runs.count += 1;
  return runs.count;
}
