import { freezeDeep } from "../json.ts";
import type { Variant } from "../model.ts";
import type { ErrorCode, Outcome, Reason } from "../result.ts";

/**
 * The answers that one flag has given so far. Each is made when it is first needed, and shared from then on: most of
 * the answers that a flag could give are never given, and making them all took half of a flag's memory.
 */
export class OutcomeList {
  readonly #key: string;
  readonly #variants: readonly Variant[];
  #outcomes: Outcome[] | undefined;
  #failed: Outcome | undefined;

  constructor(key: string, variants: readonly Variant[]) {
    this.#key = key;
    this.#variants = variants;
  }

  get all(): readonly Outcome[] {
    return this.#outcomes ?? [];
  }

  /** The answer to a context that cannot be read. */
  get failed(): Outcome {
    this.#failed ??= this.error(
      "GENERAL",
      `Flag ${this.#key} could not be evaluated for this context: reading it failed. Look for getters or proxies that throw.`,
    );
    return this.#failed;
  }

  answer(variant: string, reason: Reason, ruleId?: string): Outcome {
    for (const known of this.all) {
      if (known.variant === variant && known.reason === reason && known.ruleId === ruleId) return known;
    }
    const value = freezeDeep(this.#variants.find(({ key }) => key === variant)?.value ?? null);
    const index = this.all.length;
    return this.#add(
      ruleId === undefined ? { index, value, variant, reason } : { index, value, variant, reason, ruleId },
    );
  }

  error(errorCode: ErrorCode, errorMessage: string): Outcome {
    return this.#add({ index: this.all.length, value: null, reason: "ERROR", errorCode, errorMessage });
  }

  #add(outcome: Outcome): Outcome {
    Object.freeze(outcome);
    // A list of one has room for one: the first `push` would make room for seventeen.
    if (this.#outcomes === undefined) this.#outcomes = [outcome];
    else this.#outcomes.push(outcome);
    return outcome;
  }
}
