import { type Attributes, keyIn, readTargetingKey } from "../attributes.ts";
import type { Finding } from "../check/inspection.ts";
import type { Flag } from "../model.ts";
import type { Outcome } from "../result.ts";
import { type Branch, endFrom } from "./branch.ts";
import type { Holds } from "./linked.ts";
import type { OutcomeList } from "./outcomes.ts";
import { type CompiledServe, compileServeAt } from "./serve.ts";

export interface ProgramFields {
  /** Absent where it cannot be read. */
  readonly flag: Flag | undefined;
  /** The answer to every context, where there is but one. */
  readonly constant: Outcome | undefined;
  /** Present where the flag is enabled and can be evaluated. */
  readonly parts: DecisionParts | undefined;
  /** What is wrong with the flag, or was not understood in it. */
  readonly findings: readonly Finding[];
}

/** A flag, ready to answer. One class for all, so that calling `decide` is no call to an unknown function. */
export class Program implements ProgramFields {
  readonly flag: Flag | undefined;
  readonly constant: Outcome | undefined;
  readonly parts: DecisionParts | undefined;
  readonly findings: readonly Finding[];
  /** Whether anything on the way remembers what it found by the run's number, so that one is needed. */
  readonly remembers: boolean;
  readonly #outcomes: OutcomeList;
  /** By position of the rule, the fallthrough last, as far as they have served. */
  readonly #serves: (CompiledServe | undefined)[];

  constructor(outcomes: OutcomeList, { flag, constant, parts, findings }: ProgramFields) {
    this.flag = flag;
    this.constant = constant;
    this.parts = parts;
    this.findings = findings;
    this.remembers = parts !== undefined && parts.entries.length + parts.prerequisites.length > 1;
    this.#outcomes = outcomes;
    this.#serves = new Array(parts === undefined ? 0 : parts.entries.length);
  }

  get outcomes(): readonly Outcome[] {
    return this.#outcomes.all;
  }

  /** The answer where `decide` throws. */
  get failed(): Outcome {
    return this.#outcomes.failed;
  }

  /** Steps 3 to 6 of "Evaluation" in the model. May throw where the attributes do. */
  decide(attributes: Attributes, now: number, run: number): Outcome {
    const { flag, parts } = this;
    if (parts === undefined || flag === undefined) return this.constant ?? this.failed;
    for (const isMet of parts.prerequisites) {
      if (!isMet(attributes, now, run)) return this.prerequisiteFailed(flag);
    }
    if (parts.targets !== undefined) {
      const key = keyIn(readTargetingKey(attributes));
      const targeted = key === undefined ? undefined : parts.targets.get(key);
      if (targeted !== undefined) return targeted;
    }
    const { entries } = parts;
    for (let at = 0; at < entries.length; at++) {
      const start = entries[at];
      if (start === undefined) break;
      at = endFrom(start, attributes, now, run);
      const served = this.serve(at, attributes);
      if (served !== undefined) return served;
    }
    return this.leftOut(flag);
  }

  /**
   * What the rule at this position serves, or after the last rule the fallthrough. `undefined` where the context is left
   * out. Throws where reading the attributes does.
   */
  serve(at: number, attributes: Attributes): Outcome | undefined {
    return (this.#serves[at] ?? this.#prepare(at))?.serve(attributes);
  }

  /** Made when it first serves: most rules of most flags never do in one process. */
  #prepare(at: number): CompiledServe | undefined {
    if (this.flag === undefined) return undefined;
    const serve = compileServeAt(at, this.flag, this.#outcomes);
    this.#serves[at] = serve;
    return serve;
  }

  /** The answer to a context that the fallthrough leaves out. */
  leftOut({ off }: Flag): Outcome {
    return this.#outcomes.answer(off, "DEFAULT");
  }

  prerequisiteFailed({ off }: Flag): Outcome {
    return this.#outcomes.answer(off, "PREREQUISITE_FAILED");
  }
}

/** What an enabled flag goes through, in this order, before something serves. By position, the flag's. */
export interface DecisionParts {
  readonly prerequisites: readonly Holds[];
  /** All target lists in one, since a key's first list is the one that counts. Absent where there are none. */
  readonly targets: ReadonlyMap<string, Outcome> | undefined;
  /** By position of the rule, where looking for the one that matches begins; the fallthrough's last. */
  readonly entries: readonly Branch[];
  /** What was not understood, by position of the rule. Absent where all was. */
  readonly problems: ReadonlyMap<number, readonly Finding[]> | undefined;
}
