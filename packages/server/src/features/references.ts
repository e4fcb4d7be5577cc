/**
 * What refers to what, across the documents of a project. References are followed environment by environment, since a
 * flag's targeting differs between them. An archived flag counts as not there: it is served as disabled, and reads
 * nothing. What was broken before (a database edited by hand) does not stand in the way of other changes. Pure.
 */
import { checkReferences, type ReferenceFinding, type ReferringFlag } from "@bannerol/core";
import type { FlagDocument, Item, SegmentDocument, TargetingDocument } from "../state/documents.ts";
import { type ProjectState, targetingOf } from "../state/project-state.ts";
import { type Refused, refused } from "./decision.ts";
import { listed } from "./listed.ts";

/** A reference that would lead nowhere, or in a circle, in one environment. */
export interface BrokenReference extends ReferenceFinding {
  readonly environment: string;
}

/** What these items, taken together, would break. */
export function brokenReferences(state: ProjectState, items: readonly Item[]): readonly BrokenReference[] {
  const overlay = new Overlay(state, items);
  return environmentsOf(state, items).flatMap((environment) =>
    newFindings(environment, state, overlay).map((finding) => ({ ...finding, environment })),
  );
}

/** The refusal of items that refer to what is not there, or in a circle; `undefined` where they do not. */
export function checkReferencesOf(state: ProjectState, items: readonly Item[]): Refused | undefined {
  const overlay = new Overlay(state, items);
  for (const environment of environmentsOf(state, items)) {
    const findings = newFindings(environment, state, overlay);
    const [first] = findings;
    if (first === undefined) continue;
    const errors = findings.map((finding) => ({ path: pathOf(finding, items), message: finding.message }));
    const detail = `In ${environment}, ${first.kind} ${first.key} would refer to what cannot be: ${first.message}`;
    const code = findings.every((finding) => finding.limit === true) ? "limit_exceeded" : "invalid";
    return refused(code, detail, errors);
  }
  return undefined;
}

/** What uses a segment, in words; empty where nothing does. */
export function usersOfSegment(state: ProjectState, key: string): readonly string[] {
  return usersOf(state, { kind: "segment", key, environment: "", after: null });
}

/** What uses a flag, in words; empty where nothing does. */
export function usersOfFlag(state: ProjectState, key: string): readonly string[] {
  return usersOf(state, { kind: "flag", key, environment: "", after: null });
}

/** Whoever misses a document once it is taken away uses it. */
function usersOf(state: ProjectState, removal: Item): readonly string[] {
  const found = [...state.environments.keys()].flatMap((environment) =>
    newFindings(environment, state, new Overlay(state, [removal])),
  );
  const keys = (kind: ReferenceFinding["kind"]) => [
    ...new Set(found.filter((one) => one.kind === kind).map(({ key }) => key)),
  ];
  return [inWords("flag", keys("flag")), inWords("segment", keys("segment"))].filter((text) => text !== "");
}

function inWords(noun: string, keys: readonly string[]): string {
  if (keys.length === 0) return "";
  return `the ${noun}${keys.length === 1 ? "" : "s"} ${listed(keys)}`;
}

function newFindings(environment: string, before: ProjectState, after: Overlay): readonly ReferenceFinding[] {
  const found = after.findings(environment);
  if (found.length === 0) return [];
  const known = new Set(new Overlay(before, []).findings(environment).map(nameOf));
  return found.filter((finding) => !known.has(nameOf(finding)));
}

function nameOf({ kind, key, path, message }: ReferenceFinding): string {
  return JSON.stringify([kind, key, path, message]);
}

/** Within the document that is written, paths begin in it; elsewhere they name the document. */
function pathOf({ kind, key, path }: ReferenceFinding, items: readonly Item[]): string {
  const own = items.length > 0 && items.every((item) => item.key === key);
  return own ? path : `${kind}s.${key}${path === "" ? "" : `.${path}`}`;
}

function environmentsOf(state: ProjectState, items: readonly Item[]): readonly string[] {
  const made = items.flatMap((item) => (item.kind === "environment" ? [item.key] : []));
  const all = [...new Set([...state.environments.keys(), ...made])];
  const everywhere = items.some(({ kind }) => kind === "flag" || kind === "segment");
  return everywhere ? all : all.filter((key) => items.some(({ environment }) => environment === key));
}

/** A state as it would be with a few items changed, without folding it. */
class Overlay {
  readonly #state: ProjectState;
  readonly #byKey = new Map<string, Item[]>();

  constructor(state: ProjectState, items: readonly Item[]) {
    this.#state = state;
    for (const item of items) {
      const others = this.#byKey.get(item.key);
      if (others === undefined) this.#byKey.set(item.key, [item]);
      else others.push(item);
    }
  }

  findings(environment: string): readonly ReferenceFinding[] {
    return checkReferences({ flags: this.#flags(environment), segments: this.#segments() });
  }

  #flags(environment: string): ReadonlyMap<string, ReferringFlag> {
    const flags = new Map<string, ReferringFlag>();
    for (const [key, { document }] of this.#state.flags) {
      put(flags, key, referring(document, targetingOf(this.#state, key, environment)?.document));
    }
    for (const [key, items] of this.#byKey) {
      const changed = this.#changed(key, environment, items);
      if (changed !== undefined) put(flags, key, referring(changed.flag, changed.targeting));
    }
    return flags;
  }

  /** A flag that one of the items is about, as it would be; `undefined` where none is. */
  #changed(key: string, environment: string, items: readonly Item[]) {
    let flag: FlagDocument | null | undefined = this.#state.flags.get(key)?.document;
    let targeting: TargetingDocument | null | undefined = targetingOf(this.#state, key, environment)?.document;
    let isChanged = false;
    for (const item of items) {
      if (item.kind === "flag") [flag, isChanged] = [item.after, true];
      else if (item.kind === "targeting" && item.environment === environment)
        [targeting, isChanged] = [item.after, true];
    }
    return isChanged ? { flag, targeting } : undefined;
  }

  #segments(): ReadonlyMap<string, Pick<SegmentDocument, "when">> {
    const segments = new Map<string, Pick<SegmentDocument, "when">>();
    for (const [key, { document }] of this.#state.segments) segments.set(key, document);
    for (const item of [...this.#byKey.values()].flat()) {
      if (item.kind === "segment") put(segments, item.key, item.after ?? undefined);
    }
    return segments;
  }
}

function referring(
  flag: FlagDocument | null | undefined,
  targeting: TargetingDocument | null | undefined,
): ReferringFlag | undefined {
  if (!flag || !targeting || flag.archivedAt !== undefined) return undefined;
  return { variants: flag.variants, prerequisites: targeting.prerequisites, rules: targeting.rules };
}

function put<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
