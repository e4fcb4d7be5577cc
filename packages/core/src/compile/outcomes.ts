import { freezeDeep } from "../json.ts";
import type { Variant } from "../model.ts";
import type { ErrorCode, Outcome, Reason } from "../result.ts";

/**
 * The answers that one flag can give, each made once. Position 0 is always the answer to a context that cannot be
 * read, so that even a flag that failed to compile has it.
 */
export class OutcomeList {
  readonly #variants: readonly Variant[];
  readonly #outcomes: Outcome[] = [];
  readonly failed: Outcome;

  constructor(key: string, variants: readonly Variant[]) {
    this.#variants = variants;
    this.failed = this.error(
      "GENERAL",
      `Flag ${key} could not be evaluated for this context: reading it failed. Look for getters or proxies that throw.`,
    );
  }

  get all(): readonly Outcome[] {
    return this.#outcomes;
  }

  answer(variant: string, reason: Reason, ruleId?: string): Outcome {
    for (const known of this.#outcomes) {
      if (known.variant === variant && known.reason === reason && known.ruleId === ruleId) return known;
    }
    const value = freezeDeep(this.#variants.find(({ key }) => key === variant)?.value ?? null);
    const index = this.#outcomes.length;
    return this.#add(
      ruleId === undefined ? { index, value, variant, reason } : { index, value, variant, reason, ruleId },
    );
  }

  error(errorCode: ErrorCode, errorMessage: string): Outcome {
    return this.#add({ index: this.#outcomes.length, value: null, reason: "ERROR", errorCode, errorMessage });
  }

  #add(outcome: Outcome): Outcome {
    this.#outcomes.push(Object.freeze(outcome));
    return outcome;
  }
}
