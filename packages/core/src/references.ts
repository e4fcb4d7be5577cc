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
  const flags: string[] = [];
  const segments: string[] = [];
  let clock = false;
  const open = partsOf(source);
  while (open.length > 0) {
    const part = open.pop();
    if (!isRecord(part)) continue;
    if (isText(part.flag)) flags.push(part.flag);
    if (isText(part.segment)) segments.push(part.segment);
    if (part.attribute === NOW) clock = true;
    openParts(part, open);
  }
  if (!clock && flags.length + segments.length === 0) return NO_REFERENCES;
  return { flags: new Set(flags), segments: new Set(segments), clock };
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
