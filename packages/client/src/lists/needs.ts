import type { Ruleset } from "@bannerol/core";

/** A long list of keys that a ruleset names. */
export interface ListNeed {
  readonly list: string;
  /** The version that the ruleset speaks of; a newer one does too. */
  readonly version: number;
}

/** The lists that a ruleset's segments name; of one that is named twice, the newest version. */
export function neededLists({ segments }: Ruleset): readonly ListNeed[] {
  const needs = new Map<string, number>();
  for (const segment of segments.values()) {
    for (const { list, version } of [needIn(segment, "included"), needIn(segment, "excluded")].filter(isThere)) {
      needs.set(list, Math.max(version, needs.get(list) ?? 0));
    }
  }
  return [...needs].map(([list, version]) => ({ list, version }));
}

function needIn(segment: unknown, part: "included" | "excluded"): ListNeed | undefined {
  const keys = fieldOf(segment, part);
  const list = fieldOf(keys, "list");
  const version = fieldOf(keys, "version");
  if (typeof list !== "string") return undefined;
  return { list, version: typeof version === "number" ? version : 0 };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.entries(value).find(([each]) => each === name)?.[1];
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
