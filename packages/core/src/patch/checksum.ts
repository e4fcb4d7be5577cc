import { murmur3 } from "../hash.ts";
import { isCount, isRecord } from "../json.ts";
import type { Ruleset } from "../model.ts";

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

function sumOf(kind: EntityKind, entities: ReadonlyMap<string, unknown>): number {
  let sum = 0;
  for (const [key, document] of entities) {
    if (document !== null) sum = (sum + entityChecksum(kind, key, versionOf(document))) >>> 0;
  }
  return sum;
}

/** The revision that last changed a document in its view; 0 where it does not say. */
export function versionOf(document: unknown): number {
  if (!isRecord(document) || !Object.hasOwn(document, "version")) return 0;
  return isCount(document.version) ? document.version : 0;
}
