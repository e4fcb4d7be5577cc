import type { Attributes } from "../attributes.ts";
import type { LinkedFlag, LinkedSegment, Scope } from "../compile/linked.ts";

/** What explaining carries along: the same inputs as an evaluation, and what was referred to on the way. */
export interface Trace {
  readonly attributes: Attributes;
  readonly now: number;
  readonly run: number;
  readonly scope: Scope;
  /** Whether this attribute's value stays out of the explanation. */
  readonly redact: (attribute: string) => boolean;
  readonly flags: Set<LinkedFlag>;
  readonly segments: Set<LinkedSegment>;
}

/**
 * Explaining looks at parts that the decision never reached. One that throws there must not hide the others, so it
 * counts as `otherwise`.
 */
export function safely<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
