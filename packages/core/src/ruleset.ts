import { isCount, isRecord, isText, type JsonRecord } from "./json.ts";
import type { Ruleset, RulesetDocument } from "./model.ts";
import { shown } from "./operators/operator.ts";

/** A ruleset of which not even the envelope can be read: nothing in it can be used. */
export class RulesetError extends Error {
  override readonly name = "RulesetError";
}

/**
 * Reads a ruleset's envelope. The flags and segments in it are kept as they came, to be read when they are asked for:
 * one that is malformed fails alone. Throws a RulesetError where there is no telling what the document is.
 */
export function readRuleset(source: unknown): Ruleset {
  if (!isRecord(source)) throw unreadable("it", "an object", source);
  return {
    epoch: text(source, "epoch"),
    revision: revision(source),
    project: text(source, "project"),
    environment: text(source, "environment"),
    flags: entries(source, "flags"),
    segments: entries(source, "segments"),
  };
}

/** The ruleset as JSON has it. Keys such as `__proto__` are fields like others. */
export const toDocument = (ruleset: Ruleset): RulesetDocument => ({
  ...ruleset,
  flags: Object.fromEntries(ruleset.flags),
  segments: Object.fromEntries(ruleset.segments),
});

function text(source: JsonRecord, name: string): string {
  const value = source[name];
  if (!isText(value)) throw unreadable(name, "a string", value);
  return value;
}

function revision(source: JsonRecord): number {
  if (!isCount(source.revision)) throw unreadable("revision", "a whole number from 0", source.revision);
  return source.revision;
}

function entries(source: JsonRecord, name: "flags" | "segments"): ReadonlyMap<string, unknown> {
  const value = source[name];
  if (!isRecord(value)) throw unreadable(name, "an object by key", value);
  const byKey = new Map<string, unknown>();
  for (const key of Object.keys(value)) byKey.set(key, value[key]);
  return byKey;
}

function unreadable(what: string, expected: string, found: unknown): RulesetError {
  return new RulesetError(
    `This is no ruleset: ${what} has to be ${expected}, and ${shown(found)} was found. Get a whole ruleset from the server, or from a file that holds one.`,
  );
}
