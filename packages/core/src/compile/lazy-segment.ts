import type { Attributes } from "../attributes.ts";
import { inOneLine } from "../check/inspection.ts";
import { readSegment } from "../check/segment.ts";
import { explainSegment } from "../evaluate/explain-segment.ts";
import type { SegmentExplanation } from "../evaluate/explanation.ts";
import type { Trace } from "../evaluate/trace.ts";
import type { Segment } from "../model.ts";
import type { GraphNode, GraphScope, Settled } from "./graph.ts";
import type { LinkedSegment } from "./linked.ts";
import { type CompiledSegment, compileSegment } from "./segment.ts";

/**
 * A segment that is read and compiled when the first flag that refers to it is.
 *
 *     made ──references()──▸ read ──settle()──▸ compiled
 *
 * One that cannot be read, or that leads into a cycle, has a problem instead and contains nobody. It knows nothing of
 * the flags that refer to it.
 */
export class LazySegment implements LinkedSegment, GraphNode {
  readonly key: string;
  readonly #source: unknown;
  #scope: GraphScope | undefined;
  #segment: Segment | undefined;
  #problem: string | undefined;
  #settled: Settled | undefined;
  #compiled: CompiledSegment | undefined;
  #readsClock = false;
  #run = -1;
  #answer = false;

  constructor(key: string, source: unknown, scope: GraphScope) {
    this.key = key;
    this.#source = source;
    this.#scope = scope;
  }

  get settled(): Settled | undefined {
    return this.#settled;
  }

  get problem(): string | undefined {
    return this.#compiled === undefined ? this.#problem : this.#compiled.problem;
  }

  /** Goes over to a newer ruleset in which nothing that this segment reaches has changed. */
  moveTo(scope: GraphScope): void {
    if (this.#settled === undefined) this.#scope = scope;
  }

  references(): readonly GraphNode[] {
    const result = readSegment(this.#source);
    if ("value" in result) {
      this.#segment = result.value;
      this.#readsClock = result.references.clock;
      return this.#scope?.nodes(result.references) ?? [];
    }
    this.#problem = `it cannot be read. ${result.findings.slice(0, 1).map(inOneLine).join()}`;
    return [];
  }

  settle({ cyclic, usesClock, depth }: Settled): void {
    const segment = this.#segment;
    const scope = this.#scope;
    if (cyclic) this.#problem = "its references lead into a cycle. Remove one of them.";
    else if (segment !== undefined && scope !== undefined) this.#compiled = compileSegment(segment, scope);
    this.#settled = { cyclic, usesClock: usesClock || this.#readsClock, depth };
    this.#scope = undefined;
  }

  contains(attributes: Attributes, now: number, run: number): boolean {
    if (this.#run === run) return this.#answer;
    const answer = this.#compiled?.contains(attributes, now, run) ?? false;
    this.#run = run;
    this.#answer = answer;
    return answer;
  }

  explain(trace: Trace): SegmentExplanation | undefined {
    return this.#compiled && explainSegment(this.key, this.#compiled, trace);
  }
}
