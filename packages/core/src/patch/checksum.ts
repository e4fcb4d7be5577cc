import { heldOf } from "../documents/held.ts";
import { murmur3 } from "../hash.ts";
import { isCount, isRecord } from "../json.ts";
import type { Documents, Ruleset, RulesetDelta } from "../model.ts";

export type EntityKind = "flag" | "segment";

/** One entity's part in the checksum: `murmur3_x86_32(kind + ":" + key + "@" + version, 0)`, unsigned 32-bit. */
export function entityChecksum(kind: EntityKind, key: string, version: number): number {
  return murmur3(`${kind}:${key}@${version}`, 0);
}

/**
 * The sum modulo 2^32 of all entities' checksums: equal at both ends unless a delta was lost, doubled or misapplied.
 * A document without a readable version counts as version 0; one that is `null` is no entity, since a delta says
 * "removed" by it.
 */
export function checksumOf(ruleset: Pick<Ruleset, "flags" | "segments">): number {
  return (sumOf("flag", ruleset.flags) + sumOf("segment", ruleset.segments)) >>> 0;
}

/**
 * The checksum of what `delta` makes of `ruleset`, whose own checksum is `checksum`: what leaves is taken off, and what
 * comes is added, so that it takes as long as the delta is long. Of 5,000 flags the whole sum takes milliseconds.
 */
export function checksumAfter(
  checksum: number,
  ruleset: Pick<Ruleset, "flags" | "segments">,
  delta: Pick<RulesetDelta, "flags" | "segments">,
): number {
  const flags = differenceOf("flag", ruleset.flags, delta.flags);
  const segments = differenceOf("segment", ruleset.segments, delta.segments);
  return (checksum + flags + segments) >>> 0;
}

function differenceOf(kind: EntityKind, before: Documents, changes: { readonly [key: string]: unknown }): number {
  const held = heldOf(before);
  let sum = 0;
  for (const [key, document] of Object.entries(changes)) {
    const part = partOf(kind, key, document) - (held.has(key) ? partOf(kind, key, held.get(key)) : 0);
    sum = (sum + part) | 0;
  }
  return sum;
}

/** A document that is `null` is no entity. */
function partOf(kind: EntityKind, key: string, document: unknown): number {
  return document === null ? 0 : entityChecksum(kind, key, versionOf(document));
}

function sumOf(kind: EntityKind, documents: Documents): number {
  let sum = 0;
  for (const [key, document] of heldOf(documents)) sum = (sum + partOf(kind, key, document)) >>> 0;
  return sum;
}

/** The revision that last changed a document in its view; 0 where it does not say. */
export function versionOf(document: unknown): number {
  if (!isRecord(document) || !Object.hasOwn(document, "version")) return 0;
  return isCount(document.version) ? document.version : 0;
}
