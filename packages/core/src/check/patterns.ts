import { isList, isRecord, isText, MAX_NESTING } from "../json.ts";
import { joinPath } from "./inspection.ts";

/** A regular expression in a document, and how it is to be run. */
export interface PatternUse {
  /** As in `rules[0].when.all[1].values[0]`. */
  readonly path: string;
  readonly pattern: string;
  readonly ignoreCase: boolean;
}

/**
 * The patterns of a flag, a targeting or a segment, read leniently: what is no condition has none. Whether they run in
 * time that a server can bear takes a proof, which is not core's; whoever writes documents asks for it.
 */
export function patternsIn(source: unknown): readonly PatternUse[] {
  if (!isRecord(source)) return [];
  const found: PatternUse[] = [];
  collect(source.when, "when", found);
  if (isList(source.rules)) {
    for (const [at, rule] of source.rules.entries()) {
      if (isRecord(rule)) collect(rule.when, `rules[${at}].when`, found);
    }
  }
  return found;
}

function collect(condition: unknown, path: string, found: PatternUse[], depth = 0): void {
  if (!isRecord(condition) || depth > MAX_NESTING) return;
  const { op, values, ignoreCase, all, any, not } = condition;
  if (op === "matches" && isList(values)) {
    for (const [at, pattern] of values.entries()) {
      if (isText(pattern)) found.push({ path: `${path}.values[${at}]`, pattern, ignoreCase: ignoreCase === true });
    }
  }
  for (const [name, parts] of Object.entries({ all, any })) {
    if (!isList(parts)) continue;
    for (const [at, part] of parts.entries()) collect(part, joinPath(path, `${name}[${at}]`), found, depth + 1);
  }
  collect(not, `${path}.not`, found, depth + 1);
}
