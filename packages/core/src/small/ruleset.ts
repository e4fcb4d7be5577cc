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

/** A document of the graph of references. */
interface Node {
  readonly references: References | undefined;
  settled?: Settled;
}

interface Settled {
  /** The references lead into a cycle. */
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
  const flagNode = once((key: string): Node | undefined =>
    ruleset.flags.has(key) ? { references: programOf(ruleset.flags.get(key)) } : undefined,
  );
  const segmentNode = once((key: string) =>
    ruleset.segments.has(key) ? { references: readWhole(ruleset.segments.get(key), readSegment) } : undefined,
  );

  /** What is half done is known by `path` alone: a failure in the middle leaves nothing behind. */
  const settle = (node: Node, path = new Set<Node>()): Settled => {
    if (path.has(node)) return CYCLIC;
    const { flags = [], segments = [], clock = false } = node.references ?? {};
    path.add(node);
    node.settled ??= [...flags.map(flagNode), ...segments.map(segmentNode)].reduce(
      (before: Settled, next) => {
        const { cyclic, usesClock } = next === undefined ? before : settle(next, path);
        return { cyclic: before.cyclic || cyclic, usesClock: before.usesClock || usesClock };
      },
      { cyclic: false, usesClock: clock },
    );
    path.delete(node);
    return node.settled;
  };

  const decides = once(
    ({ isKnown, segments }: When): boolean =>
      isKnown &&
      segments.every((key) => {
        const segment = segmentNode(key)?.references;
        return segment !== undefined && decides(segment);
      }),
  );

  const runOf = (context: unknown, now: number): Run => {
    const run: Run = {
      attributes: attributesOf(context),
      now,
      variantOf: once((key) => {
        const program = programOf(ruleset.flags.get(key));
        return program && decide(program, run).variant;
      }),
      isIn: once((key) => segmentNode(key)?.references?.holds(run) === true),
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
    const node = flagNode(key);
    if (node === undefined) return undefined;
    const program = programOf(ruleset.flags.get(key));
    const { cyclic, usesClock } = settle(node);
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
