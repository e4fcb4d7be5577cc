import { type Attributes, keyIn, readTargetingKey } from "../attributes.ts";
import type { Finding } from "../check/inspection.ts";
import type { Flag, FlagType, Variant } from "../model.ts";
import type { Outcome } from "../result.ts";
import { type Branch, endFrom } from "./branch.ts";
import type { Holds } from "./linked.ts";
import { OutcomeList } from "./outcomes.ts";
import { asksNothing, type CompiledServe, compileServeAt } from "./serve.ts";

const NO_VARIANTS: readonly Variant[] = [];
const NO_FINDINGS: readonly Finding[] = [];

/**
 * A flag, ready to answer, and the answers that it has given. One class for all, so that calling `decide` is no call
 * to an unknown function. It is made first and told what to do then, by one of `answerAll` and `goThrough`, since what
 * it does is made of its answers.
 */
export class Program extends OutcomeList {
  /** Absent where it cannot be read. */
  declare readonly flag: Flag | undefined;
  declare readonly type: FlagType | undefined;
  /** The answer to every context, where there is but one. */
  declare constant: Outcome | undefined;
  /** What divides everybody, where nothing is asked before. Going through the parts for it took a rollout a tenth more. */
  declare private only: CompiledServe | undefined;
  /** Present where the flag is enabled and can be evaluated. */
  declare parts: DecisionParts | undefined;
  /** What is wrong with the flag, or was not understood in it. */
  declare findings: readonly Finding[];
  /** Whether anything on the way remembers what it found by the run's number, so that one is needed. */
  declare remembers: boolean;
  /** By position of the rule, the fallthrough last, as far as they have served. */
  declare private serves: (CompiledServe | undefined)[] | undefined;

  constructor(key: string, flag: Flag | undefined) {
    super(key, flag?.variants ?? NO_VARIANTS);
    this.flag = flag;
    this.type = flag?.type;
    this.constant = undefined;
    this.only = undefined;
    this.parts = undefined;
    this.findings = NO_FINDINGS;
    this.remembers = false;
    this.serves = undefined;
  }

  /** Gives everybody the same answer. */
  answerAll(constant: Outcome, findings = NO_FINDINGS): this {
    this.constant = constant;
    this.findings = findings;
    return this;
  }

  /** Decides by the parts of a flag that is enabled. */
  goThrough(parts: DecisionParts, flag: Flag): this {
    this.parts = parts;
    this.remembers = flag.rules.length + parts.prerequisites.length > 0;
    if (!asksNothing(flag)) return this;
    const serve = compileServeAt(0, flag, this);
    if (serve.always === undefined) this.only = serve;
    else this.constant = serve.always;
    return this;
  }

  /** Steps 3 to 6 of "Evaluation" in the model. May throw where the attributes do. */
  decide(attributes: Attributes, now: number, run: number): Outcome {
    const { flag, parts, only } = this;
    if (parts === undefined || flag === undefined) return this.constant ?? this.failed;
    if (only !== undefined) return only.serve(attributes) ?? this.leftOut(flag);
    for (const isMet of parts.prerequisites) {
      if (!isMet(attributes, now, run)) return this.prerequisiteFailed(flag);
    }
    if (parts.targets !== undefined) {
      const key = keyIn(readTargetingKey(attributes));
      const targeted = key === undefined ? undefined : parts.targets.get(key);
      if (targeted !== undefined) return targeted;
    }
    let start: Branch | undefined = parts.start;
    while (start !== undefined) {
      const at = endFrom(start, attributes, now, run);
      const served = this.serve(at, flag, attributes);
      if (served !== undefined) return served;
      start = parts.after?.[at];
    }
    return this.leftOut(flag);
  }

  /**
   * What the rule at this position serves, or after the last rule the fallthrough. `undefined` where the context is left
   * out. Throws where reading the attributes does.
   */
  serve(at: number, flag: Flag, attributes: Attributes): Outcome | undefined {
    return (this.serves?.[at] ?? this.prepare(at, flag)).serve(attributes);
  }

  /** Made when it first serves: most rules of most flags never do in one process. */
  private prepare(at: number, flag: Flag): CompiledServe {
    const serve = compileServeAt(at, flag, this);
    this.serves ??= new Array(flag.rules.length + 1);
    this.serves[at] = serve;
    return serve;
  }

  /** The answer to a context that the fallthrough leaves out. */
  leftOut({ off }: Flag): Outcome {
    return this.answer(off, "DEFAULT");
  }

  prerequisiteFailed({ off }: Flag): Outcome {
    return this.answer(off, "PREREQUISITE_FAILED");
  }
}

/** What an enabled flag goes through, in this order, before something serves. By position, the flag's. */
export interface DecisionParts {
  readonly prerequisites: readonly Holds[];
  /** All target lists in one, since a key's first list is the one that counts. Absent where there are none. */
  readonly targets: ReadonlyMap<string, Outcome> | undefined;
  /** Where looking for the rule that matches begins. */
  readonly start: Branch;
  /** By position of a rule that may leave contexts out, where looking goes on for those. Absent where none does. */
  readonly after: readonly Branch[] | undefined;
  /** What was not understood, by position of the rule. Absent where all was. */
  readonly problems: ReadonlyMap<number, readonly Finding[]> | undefined;
}
