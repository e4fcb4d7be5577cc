/** From a file's text to a ruleset, and to what is wrong with it where. */
import type { FilePlace } from "@bannerol/client";
import { normalizeFile, type Ruleset, RulesetError, type RulesetIdentity, readRuleset } from "@bannerol/core";
import { parseJson } from "./json.ts";
import { type Parsed, type Place, placeOf, positionAt } from "./place.ts";

/** `places`, in the order of the file: what fails alone where there is a ruleset; why there is none where not. */
export type ReadFile =
  | { readonly ok: true; readonly ruleset: Ruleset; readonly places: readonly FilePlace[] }
  | { readonly ok: false; readonly places: readonly FilePlace[] };

/** A file as it was found. */
export interface FoundFile {
  /** As the application named it. */
  readonly name: string;
  readonly text: string;
  /** For a file that does not say its own. */
  readonly identity: RulesetIdentity;
}

export async function readFound({ name, text, identity }: FoundFile): Promise<ReadFile> {
  const parsed = await parse(name, text);
  if (parsed.ok) return readParsed(parsed, text, identity);
  const places = parsed.errors.map(({ offset, message }) => ({ ...positionAt(text, offset), path: "", message }));
  return { ok: false, places };
}

function readParsed(
  { value, place: root }: { readonly value: unknown; readonly place: Place },
  text: string,
  identity: RulesetIdentity,
): ReadFile {
  try {
    const { ruleset, findings } = normalizeFile(value, identity);
    const places = findings.map(({ kind, key, inner, path, message }) => {
      return { ...positionAt(text, placeOf(root, [kind, key], inner).offset), path, message };
    });
    places.sort((a, b) => a.line - b.line || a.column - b.column);
    return { ok: true, ruleset: readRuleset(ruleset), places };
  } catch (error) {
    if (!(error instanceof RulesetError)) throw error;
    return { ok: false, places: [{ line: 1, column: 1, path: "", message: error.message }] };
  }
}

/** By the name; where that does not tell, JSON is what begins like it and is it. YAML is loaded when it is met. */
async function parse(name: string, text: string): Promise<Parsed> {
  if (/\.json$/i.test(name)) return parseJson(text);
  if (!/\.ya?ml$/i.test(name) && /^\s*\{/.test(text)) {
    const json = parseJson(text);
    if (json.ok) return json;
  }
  const { parseYaml } = await import("./yaml.ts");
  return parseYaml(text);
}
