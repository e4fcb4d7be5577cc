/**
 * An evaluator for where every byte counts: it answers as `evaluate` does, and tests hold the two together. It reads a
 * document when its flag is first asked for, explains nothing, and knows no long lists of keys.
 *
 *     document ──read──▸ program ──settle()──▸ no cycle ──decide──▸ answer
 */
import { attributesOf } from "../attributes.ts";
import type { Ruleset } from "../model.ts";
import type { ErrorCode, Outcome } from "../result.ts";
import type { References, When } from "./condition.ts";
import { type Program, readFlag } from "./flag.ts";
import { readWhole } from "./reading.ts";
import type { Run } from "./run.ts";
import { readSegment } from "./segment.ts";

export type SmallAnswer = Omit<Outcome, "index">;

/** A flag, ready to be asked. None of it throws. */
export interface SmallFlag {
  /** Absent where the document cannot be read. */
  readonly program: Program | undefined;
  /** Whether `now` matters, be it through segments or other flags. */
  readonly usesClock: boolean;
  /** Whether its references lead into a cycle. */
  readonly isCyclic: boolean;
  /** `now`: epoch milliseconds. */
  readonly answer: (context: unknown, now: number) => SmallAnswer;
}

export interface SmallRuleset {
  readonly ruleset: Ruleset;
  readonly flag: (key: string) => SmallFlag | undefined;
  readonly runOf: (context: unknown, now: number) => Run;
  /** Whether anything may be decided by this condition: all of it is known, and all segments that it goes by. */
  readonly decides: (when: When) => boolean;
}

/** What comes of following all references. */
interface Settled {
  /** They lead into a cycle. */
  readonly cyclic: boolean;
  readonly usesClock: boolean;
}

const CYCLIC: Settled = { cyclic: true, usesClock: false };

/** Documents stay the same objects from one ruleset to the next unless they changed: each is read once. */
const programs = new WeakMap<object, Program | undefined>();

/** What a flag's document says; `undefined` where it cannot be read. */
export function programOf(source: unknown): Program | undefined {
  if (typeof source !== "object" || source === null) return undefined;
  if (!programs.has(source)) programs.set(source, readWhole(source, readFlag));
  return programs.get(source);
}

export function smallRuleset(ruleset: Ruleset): SmallRuleset {
  const programIn = (key: string) => programOf(ruleset.flags.get(key));
  const segmentIn = once((key: string) => readWhole(ruleset.segments.get(key), readSegment));
  const settled = new Map<References, Settled>();

  /** What is half done is known by `path` alone: a failure in the middle leaves nothing behind. */
  const settle = (node: References, path: readonly References[] = []): Settled => {
    if (path.includes(node)) return CYCLIC;
    const known = settled.get(node);
    if (known !== undefined) return known;
    const next = [...node.flags.map(programIn), ...node.segments.map(segmentIn)];
    const reached = next.flatMap((other) => (other === undefined ? [] : [settle(other, [...path, node])]));
    const own = {
      cyclic: reached.some(({ cyclic }) => cyclic),
      usesClock: node.clock || reached.some(({ usesClock }) => usesClock),
    };
    settled.set(node, own);
    return own;
  };

  const decides = once(
    ({ isKnown, segments }: When): boolean =>
      isKnown &&
      segments.every((key) => {
        const segment = segmentIn(key);
        return segment !== undefined && decides(segment);
      }),
  );

  const runOf = (context: unknown, now: number): Run => {
    const run: Run = {
      attributes: attributesOf(context),
      now,
      variantOf: once((key) => {
        const program = programIn(key);
        return program && decide(program, run).variant;
      }),
      isIn: once((key) => segmentIn(key)?.holds(run) === true),
    };
    return run;
  };

  const decide = (program: Program, run: Run): SmallAnswer => {
    const { enabled, off, values, prerequisites, targets, rules, fallthrough } = program;
    const serve = (variant: string, reason: SmallAnswer["reason"], ruleId?: string): SmallAnswer => ({
      value: values.get(variant) ?? null,
      variant,
      reason,
      ...(ruleId !== undefined && { ruleId }),
    });
    if (!enabled) return serve(off, "DISABLED");
    if (!prerequisites.every((isMet) => isMet(run))) return serve(off, "PREREQUISITE_FAILED");
    const target = targets?.(run);
    if (target !== undefined) return serve(target, "TARGETING_MATCH");
    for (const { id, when, serve: served } of rules) {
      const variant = decides(when) && when.holds(run) ? served.pick(run) : null;
      if (variant !== null) return serve(variant, served.isSplit ? "SPLIT" : "TARGETING_MATCH", id);
    }
    const variant = fallthrough.pick(run);
    if (variant === null) return serve(off, "DEFAULT");
    if (fallthrough.isSplit) return serve(variant, "SPLIT");
    return serve(variant, prerequisites.length + rules.length === 0 && targets === undefined ? "STATIC" : "DEFAULT");
  };

  const flag = once((key: string): SmallFlag | undefined => {
    if (!ruleset.flags.has(key)) return undefined;
    const program = programIn(key);
    const { cyclic, usesClock } = program === undefined ? { cyclic: false, usesClock: false } : settle(program);
    return {
      program,
      isCyclic: cyclic,
      usesClock,
      answer(context, now) {
        if (program === undefined) return failure("PARSE_ERROR", `Flag ${key} cannot be read.`);
        if (cyclic && program.enabled) return failure("GENERAL", `The references of flag ${key} lead into a cycle.`);
        try {
          return decide(program, runOf(context, now));
        } catch {
          return failure("GENERAL", `Flag ${key} could not be evaluated: reading the context failed.`);
        }
      },
    };
  });

  return { ruleset, flag, runOf, decides };
}

const failure = (errorCode: ErrorCode, errorMessage: string): SmallAnswer => ({
  value: null,
  reason: "ERROR",
  errorCode,
  errorMessage,
});

/** Remembers what was made of each argument. What fails is not remembered. */
function once<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key) as V;
  };
}
