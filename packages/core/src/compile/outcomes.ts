import { freezeDeep } from "../json.ts";
import type { JsonValue, Variant } from "../model.ts";
import type { ErrorCode, Outcome, Reason } from "../result.ts";

const NONE: readonly Outcome[] = [];

/**
 * The answers that one flag has given so far. Each is made when it is first needed, and shared from then on: most of
 * the answers that a flag could give are never given, and making them all took half of a flag's memory.
 */
export class OutcomeList {
  declare readonly key: string;
  declare private readonly variants: readonly Variant[];
  declare private given: Outcome[] | undefined;
  declare private failure: Outcome | undefined;

  constructor(key: string, variants: readonly Variant[]) {
    this.key = key;
    this.variants = variants;
    this.given = undefined;
    this.failure = undefined;
  }

  get outcomes(): readonly Outcome[] {
    return this.given ?? NONE;
  }

  /** The answer to a context that cannot be read. */
  get failed(): Outcome {
    this.failure ??= this.error(
      "GENERAL",
      `Flag ${this.key} could not be evaluated for this context: reading it failed. Look for getters or proxies that throw.`,
    );
    return this.failure;
  }

  answer(variant: string, reason: Reason, ruleId?: string): Outcome {
    const known = this.outcomes;
    for (let at = 0; at < known.length; at++) {
      const one = known[at];
      if (one?.variant === variant && one.reason === reason && one.ruleId === ruleId) return one;
    }
    const value = freezeDeep(this.valueOf(variant));
    const index = known.length;
    return this.add(
      ruleId === undefined ? { index, value, variant, reason } : { index, value, variant, reason, ruleId },
    );
  }

  error(errorCode: ErrorCode, errorMessage: string): Outcome {
    return this.add({ index: this.outcomes.length, value: null, reason: "ERROR", errorCode, errorMessage });
  }

  private valueOf(variant: string): JsonValue {
    for (const { key, value } of this.variants) if (key === variant) return value;
    return null;
  }

  private add(outcome: Outcome): Outcome {
    Object.freeze(outcome);
    // A list of one has room for one: the first `push` would make room for seventeen.
    if (this.given === undefined) this.given = [outcome];
    else this.given.push(outcome);
    return outcome;
  }
}
