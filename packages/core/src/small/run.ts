import type { Attributes } from "../attributes.ts";

/** One evaluation: who asks, when, and what was found on the way. Reading its attributes may throw. */
export interface Run {
  readonly attributes: Attributes;
  readonly now: number;
  /** The key of the variant that a flag serves; `undefined` where it serves none. */
  readonly variantOf: (flag: string) => string | undefined;
  readonly isIn: (segment: string) => boolean;
}

export type Holds = (run: Run) => boolean;
