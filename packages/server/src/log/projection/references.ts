/** Which flags and segments a document names, and all that it reaches through them. */
import type { Condition } from "@bannerol/core";
import type { SegmentDocument, TargetingDocument } from "../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";

export interface References {
  readonly flags: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
}

// Documents never change, and every change asks this of every client-side flag.
const known = new WeakMap<TargetingDocument | SegmentDocument, References>();

/** What the document itself names: prerequisites, `flag` conditions and segments. */
export function referencesOf(document: TargetingDocument | SegmentDocument): References {
  let references = known.get(document);
  if (references === undefined) {
    references = collect(document);
    known.set(document, references);
  }
  return references;
}

export function refersToAnything(document: TargetingDocument | SegmentDocument): boolean {
  const { flags, segments } = referencesOf(document);
  return flags.size > 0 || segments.size > 0;
}

/** All that a flag of an environment reaches, through other flags and segments too; not itself, unless by a cycle. */
export function reachOf(state: ProjectState, environment: string, flag: string): References {
  const flags = new Set<string>();
  const segments = new Set<string>();
  const documents: (TargetingDocument | SegmentDocument | undefined)[] = [
    targetingOf(state, flag, environment)?.document,
  ];
  // The list grows while it is walked, by each document that is met for the first time.
  for (const document of documents) {
    if (document === undefined) continue;
    const named = referencesOf(document);
    for (const key of named.flags) {
      if (!flags.has(key)) documents.push(targetingOf(state, key, environment)?.document);
      flags.add(key);
    }
    for (const key of named.segments) {
      if (!segments.has(key)) documents.push(state.segments.get(key)?.document);
      segments.add(key);
    }
  }
  return { flags, segments };
}

function collect(document: TargetingDocument | SegmentDocument): References {
  const flags = new Set<string>();
  const segments = new Set<string>();
  const visit = (condition: Condition): void => {
    if ("all" in condition) condition.all.forEach(visit);
    else if ("any" in condition) condition.any.forEach(visit);
    else if ("not" in condition) visit(condition.not);
    else if ("segment" in condition) segments.add(condition.segment);
    else if ("flag" in condition) flags.add(condition.flag);
  };
  if ("rules" in document) {
    for (const { flag } of document.prerequisites) flags.add(flag);
    for (const { when } of document.rules) visit(when);
  } else if (document.when !== null) visit(document.when);
  return { flags, segments };
}
