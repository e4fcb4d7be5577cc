import { NOW } from "./attributes.ts";
import { isList, isRecord, isText, type JsonRecord } from "./json.ts";

/** What a flag's or a segment's document refers to, whether or not any context would reach it. */
export interface References {
  readonly flags: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
  /** Whether the clock is tested. */
  readonly clock: boolean;
}

const NONE: ReadonlySet<string> = new Set();

/** Shared by most documents, which refer to nothing. */
const NO_REFERENCES: References = { flags: NONE, segments: NONE, clock: false };

/**
 * The references in a document, read leniently: of one that cannot be read it gives what can be seen. A loop, not a
 * recursion, so that no nesting is too deep for it.
 */
export function referencesOf(source: unknown): References {
  const flags = new Set<string>();
  const segments = new Set<string>();
  let clock = false;
  const open = partsOf(source);
  while (open.length > 0) {
    const part = open.pop();
    if (!isRecord(part)) continue;
    if (isText(part.flag)) flags.add(part.flag);
    if (isText(part.segment)) segments.add(part.segment);
    if (part.attribute === NOW) clock = true;
    openParts(part, open);
  }
  return referencesTo(flags, segments, clock);
}

/** `undefined` stands for none. */
export function referencesTo(
  flags: ReadonlySet<string> = NONE,
  segments: ReadonlySet<string> = NONE,
  clock: boolean,
): References {
  if (!clock && flags.size + segments.size === 0) return NO_REFERENCES;
  return { flags, segments, clock };
}

/** The conditions and prerequisites of a flag, or the condition of a segment. */
function partsOf(source: unknown): unknown[] {
  if (!isRecord(source)) return [];
  const parts: unknown[] = [source.when];
  if (isList(source.prerequisites)) for (const reference of source.prerequisites) parts.push(reference);
  if (isList(source.rules)) for (const rule of source.rules) if (isRecord(rule)) parts.push(rule.when);
  return parts;
}

function openParts({ not, all, any }: JsonRecord, open: unknown[]): void {
  if (not !== undefined) open.push(not);
  if (isList(all)) for (const part of all) open.push(part);
  if (isList(any)) for (const part of any) open.push(part);
}
