import { heldOf, sameDocument } from "../documents/held.ts";
import { isRecord, isText } from "../json.ts";
import type { Ruleset } from "../model.ts";
import { type References, referencesOf } from "../references.ts";

/** Keys of flags and of segments, present or gone. */
export interface Affected {
  readonly flags: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
}

type Kind = "flags" | "segments";

interface Name {
  readonly kind: Kind;
  readonly key: string;
}

/** Who refers to a flag or a segment, by its key. */
type Referrers = { readonly [kind in Kind]: Map<string, Name[]> };

/**
 * What may answer differently in `after` than in `before`: what changed, came or went, and all that reaches it through
 * prerequisites, `flag` conditions and segments. `listChanged` tells of a list that segments refer to by its id.
 */
export function affectedNames(
  before: Ruleset,
  after: Ruleset,
  listChanged: (id: string) => boolean = () => false,
): Affected {
  const affected = { flags: new Set<string>(), segments: new Set<string>() };
  const open = [
    ...changedNames("flags", before, after),
    ...changedNames("segments", before, after),
    ...segmentsOfLists(after, listChanged),
  ];
  if (open.length === 0) return affected;
  // What did not change itself has the same references before and after, so one side's are enough.
  const referrers = referrersIn(after);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (affected[name.kind].has(name.key)) continue;
    affected[name.kind].add(name.key);
    for (const referrer of referrers[name.kind].get(name.key) ?? []) open.push(referrer);
  }
  return affected;
}

/** The keys of flags whose results may differ between two rulesets, those included that only one of them has. */
export function affectedFlags(before: Ruleset, after: Ruleset): ReadonlySet<string> {
  return affectedNames(before, after).flags;
}

function changedNames(kind: Kind, before: Ruleset, after: Ruleset): Name[] {
  const names: Name[] = [];
  const known = heldOf(before[kind]);
  for (const [key, held] of heldOf(after[kind])) {
    if (!known.has(key) || !sameDocument(known.get(key), held)) names.push({ kind, key });
  }
  for (const key of before[kind].keys()) if (!after[kind].has(key)) names.push({ kind, key });
  return names;
}

function segmentsOfLists({ segments }: Ruleset, listChanged: (id: string) => boolean): Name[] {
  return [...segments]
    .filter(([, source]) => listsIn(source).some(listChanged))
    .map(([key]) => ({ kind: "segments", key }));
}

/** The lists that a segment refers to, read leniently. */
function listsIn(source: unknown): readonly string[] {
  if (!isRecord(source)) return [];
  const { included, excluded } = source;
  return [included, excluded].flatMap((keys) => (isRecord(keys) && isText(keys.list) ? [keys.list] : []));
}

/**
 * Documents are the same from one ruleset to the next unless they changed, so their references are looked for once:
 * of 5,000 flags that takes some 15 ms, which each delta would cost.
 */
const knownReferences = new WeakMap<object, References>();

function knownReferencesOf(source: unknown): References {
  if (!isRecord(source)) return referencesOf(source);
  const known = knownReferences.get(source) ?? referencesOf(source);
  knownReferences.set(source, known);
  return known;
}

function referrersIn(ruleset: Ruleset): Referrers {
  const referrers: Referrers = { flags: new Map(), segments: new Map() };
  for (const kind of ["flags", "segments"] as const) {
    for (const [key, source] of ruleset[kind].mentioning?.("references") ?? ruleset[kind]) {
      const references = knownReferencesOf(source);
      for (const flag of references.flags) note(referrers.flags, flag, { kind, key });
      for (const segment of references.segments) note(referrers.segments, segment, { kind, key });
    }
  }
  return referrers;
}

function note(referrers: Map<string, Name[]>, key: string, referrer: Name): void {
  const known = referrers.get(key);
  if (known === undefined) referrers.set(key, [referrer]);
  else known.push(referrer);
}
