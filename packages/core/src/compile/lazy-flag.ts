import { type Attributes, attributesOf } from "../attributes.ts";
import { type Read, readFlag } from "../check/flag.ts";
import type { Finding } from "../check/inspection.ts";
import { explainFlag } from "../evaluate/explain-flag.ts";
import type { FlagExplanation } from "../evaluate/explanation.ts";
import { safely, type Trace } from "../evaluate/trace.ts";
import type { Flag, FlagType } from "../model.ts";
import type { Outcome } from "../result.ts";
import { circularProgram, compileFlag, failedProgram, tooDeepProgram, unreadableProgram } from "./compile-flag.ts";
import { type GraphNode, type GraphScope, MAX_DEPTH, type Settled, settle } from "./graph.ts";
import { type LinkedFlag, nextRun } from "./linked.ts";
import type { Program } from "./program.ts";

/** Shared by most flags. */
const PLAIN: Settled = { cyclic: false, usesClock: false, depth: 0 };

/**
 * A flag that is read and compiled when it is first asked for, by itself: what is wrong with it harms no other.
 *
 *     made ──references()──▸ read ──settle()──▸ settled ──first use──▸ program
 *
 * All that it refers to is settled with it. The scope is let go with the last step, so that a flag that lives on in
 * newer rulesets holds no older one. It keeps no context and no clock.
 */
export class LazyFlag implements LinkedFlag, GraphNode {
  declare readonly key: string;
  declare counts: number[] | undefined;
  declare private readonly source: unknown;
  declare private scope: GraphScope | undefined;
  declare private read: Read<Flag> | undefined;
  declare settled: Settled | undefined;
  declare private compiled: Program | undefined;
  declare private readsClock: boolean;
  declare private run: number;
  declare private answer: Outcome | undefined;

  constructor(key: string, source: unknown, scope: GraphScope) {
    this.key = key;
    this.counts = undefined;
    this.source = source;
    this.scope = scope;
    this.read = undefined;
    this.settled = undefined;
    this.compiled = undefined;
    this.readsClock = false;
    this.run = -1;
    this.answer = undefined;
  }

  get type(): FlagType | undefined {
    return (this.compiled ?? this.ready()).type;
  }

  get version(): number {
    return this.ready().flag?.version ?? 0;
  }

  get usesClock(): boolean {
    if (this.compiled === undefined) this.ready();
    return this.settled?.usesClock ?? false;
  }

  get outcomes(): readonly Outcome[] {
    return this.ready().outcomes;
  }

  get findings(): readonly Finding[] {
    return this.ready().findings;
  }

  decide(context: unknown, now: number): Outcome {
    try {
      const program = this.compiled ?? this.compile();
      if (program.constant !== undefined) return program.constant;
      return program.decide(attributesOf(context), now, program.remembers ? nextRun() : 0);
    } catch {
      return this.ready().failed;
    }
  }

  /** `decide` as one of several of a run. */
  decideIn(attributes: Attributes, now: number, run: number): Outcome {
    try {
      return this.serve(attributes, now, run);
    } catch {
      return this.ready().failed;
    }
  }

  serve(attributes: Attributes, now: number, run: number): Outcome {
    if (this.answer !== undefined && this.run === run) return this.answer;
    const program = this.compiled ?? this.compile();
    const answer = program.constant ?? program.decide(attributes, now, run);
    this.run = run;
    this.answer = answer;
    return answer;
  }

  /** What answers; for what looks further into it than a decision does. */
  get program(): Program {
    return this.ready();
  }

  explain(trace: Trace): FlagExplanation {
    const program = this.ready();
    const outcome = safely(() => this.serve(trace.attributes, trace.now, trace.run), program.failed);
    return explainFlag(this.key, { program, outcome }, trace);
  }

  references(): readonly GraphNode[] {
    const read = this.reading();
    if ("findings" in read) return [];
    this.readsClock = read.references.clock;
    return this.scope?.nodes(read.references) ?? [];
  }

  settle({ cyclic, usesClock, depth: ofReferences }: Settled): void {
    const read = this.reading();
    const decides = "value" in read && read.value.enabled && !cyclic;
    const needsClock = decides && (usesClock || this.readsClock);
    const depth = decides ? ofReferences : 0;
    this.settled = cyclic || needsClock || depth > 0 ? { cyclic, usesClock: needsClock, depth } : PLAIN;
  }

  /** Goes over to a newer ruleset in which nothing that this flag reaches has changed. */
  moveTo(scope: GraphScope): void {
    if (this.compiled === undefined) this.scope = scope;
  }

  /**
   * A failure to compile is answered, not remembered: it can be the caller's, whose stack was nearly used up when it
   * first asked for this flag.
   */
  private ready(): Program {
    try {
      return this.compiled ?? this.compile();
    } catch {
      return failedProgram(this.key);
    }
  }

  private compile(): Program {
    settle(this);
    const program = this.makeProgram(this.reading());
    this.compiled = program;
    this.scope = undefined;
    this.read = undefined;
    return program;
  }

  private makeProgram(read: Read<Flag>): Program {
    if ("findings" in read) return unreadableProgram(this.key, read.findings);
    if (read.value.enabled && this.settled?.cyclic === true) return circularProgram(this.key, read.value);
    if (this.settled !== undefined && this.settled.depth > MAX_DEPTH) return tooDeepProgram(this.key, read.value);
    if (this.scope === undefined) throw new TypeError(`Flag ${this.key} has no scope to be compiled in.`);
    return compileFlag(this.key, read.value, this.scope);
  }

  private reading(): Read<Flag> {
    this.read ??= readFlag(this.source);
    return this.read;
  }
}
