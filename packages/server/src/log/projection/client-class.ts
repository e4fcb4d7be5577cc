/**
 * What a client key sees: flags marked `clientSide`, and of them only what evaluation needs. Client keys are public, so
 * no segment is shown, not even its name: its condition stands in the rule instead.
 *
 * A flag that reaches a flag which is not `clientSide`, or a segment with a list of keys, is asked of the server. It
 * travels as `{type, remote}`, and its version moves with all that it reaches.
 */
import type { Condition } from "@bannerol/core";
import { isKept } from "../../lists/named-lists.ts";
import type { SegmentDocument, StoredRule, TargetingDocument } from "../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import type { Projection } from "./projection.ts";
import { type References, reachOf } from "./references.ts";
import { flagDocument, serverFlag, serverSegment, watchOf } from "./server-class.ts";

/** Segments that contain each other many times over grow without bound when written out; beyond this, the server is asked. */
const MAX_WRITTEN_OUT_TESTS = 1_000;

/** `undefined` where a client key may not know of the flag. */
export function clientFlag(state: ProjectState, environment: string, key: string): Projection | undefined {
  const flag = state.flags.get(key)?.document;
  if (flag?.clientSide !== true || flag.leftAt !== undefined) return undefined;
  const targeting = targetingOf(state, key, environment)?.document;
  if (targeting === undefined) return serverFlag(state, environment, key);
  const reach = reachOf(state, environment, key);
  const local = isPublic(state, environment, reach) ? writeOut(state, targeting) : undefined;
  if (local !== undefined) return { document: flagDocument(flag, local, watchOf(state, environment, key)) };
  return { document: { type: flag.type, remote: true }, reaches: everythingIn(state, environment, { key, reach }) };
}

function isPublic(state: ProjectState, environment: string, reach: References): boolean {
  const publicFlag = (key: string): boolean =>
    state.flags.get(key)?.document.clientSide === true && targetingOf(state, key, environment) !== undefined;
  const withoutLists = (key: string): boolean => {
    const segment = state.segments.get(key)?.document;
    return segment !== undefined && isEmpty(segment.included) && isEmpty(segment.excluded);
  };
  return [...reach.flags].every(publicFlag) && [...reach.segments].every(withoutLists);
}

/** A list that is kept apart is one, however many keys it has. */
function isEmpty(keys: SegmentDocument["included"]): boolean {
  return !isKept(keys) && keys.length === 0;
}

/** The flag itself and all that it reaches, as a server key would see them. */
function everythingIn(
  state: ProjectState,
  environment: string,
  { key, reach }: { readonly key: string; readonly reach: References },
): readonly unknown[] {
  const flags = [key, ...[...reach.flags].sort()].map((flag) => [flag, serverFlag(state, environment, flag)]);
  const segments = [...reach.segments].sort().map((segment) => [segment, serverSegment(state, segment)]);
  return [...flags, ...segments];
}

/** The targeting with every segment's condition in its place; `undefined` where that has no end, or a far one. */
function writeOut(state: ProjectState, targeting: TargetingDocument): TargetingDocument | undefined {
  const writer = new SegmentWriter(state);
  const rules: StoredRule[] = [];
  for (const rule of targeting.rules) {
    const when = writer.write(rule.when);
    if (when === undefined) return undefined;
    rules.push({ ...rule, when });
  }
  return { ...targeting, rules };
}

class SegmentWriter {
  readonly #state: ProjectState;
  readonly #within = new Set<string>();
  #tests = 0;

  constructor(state: ProjectState) {
    this.#state = state;
  }

  write(condition: Condition): Condition | undefined {
    this.#tests += 1;
    if (this.#tests > MAX_WRITTEN_OUT_TESTS) return undefined;
    if ("all" in condition) return wrap(this.#writeEach(condition.all), (all) => ({ all }));
    if ("any" in condition) return wrap(this.#writeEach(condition.any), (any) => ({ any }));
    if ("not" in condition) return wrap(this.write(condition.not), (not) => ({ not }));
    return "segment" in condition ? this.#writeSegment(condition.segment) : condition;
  }

  #writeEach(conditions: readonly Condition[]): readonly Condition[] | undefined {
    const written: Condition[] = [];
    for (const condition of conditions) {
      const one = this.write(condition);
      if (one === undefined) return undefined;
      written.push(one);
    }
    return written;
  }

  #writeSegment(key: string): Condition | undefined {
    if (this.#within.has(key)) return undefined;
    const when = this.#state.segments.get(key)?.document.when ?? null;
    // A segment without lists and without a condition holds nobody, as an empty `any` does.
    if (when === null) return { any: [] };
    this.#within.add(key);
    const written = this.write(when);
    this.#within.delete(key);
    return written;
  }
}

function wrap<T>(part: T | undefined, whole: (part: T) => Condition): Condition | undefined {
  return part === undefined ? undefined : whole(part);
}
