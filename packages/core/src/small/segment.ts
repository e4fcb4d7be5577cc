import { attributeReader, keyIn, TARGETING_KEY } from "../attributes.ts";
import { isCount, isRecord } from "../json.ts";
import { readWhen, type When } from "./condition.ts";
import { need, needList, needText } from "./reading.ts";

/** A segment's document, read: whom it contains, as a condition. */
export function readSegment(source: unknown): When {
  need(isRecord(source));
  const { version, included, excluded, by = TARGETING_KEY, when } = source;
  need(isCount(version));
  const inside = readKeys(included);
  const outside = readKeys(excluded);
  const read = attributeReader(needText(by));
  const rest = readWhen(when === null ? { any: [] } : when);
  // Lists that are held apart never come to where this runs, so that nothing is decided by a segment that names one.
  const isKnown = rest.isKnown && inside !== undefined && outside !== undefined;
  if (!isKnown || inside.size + outside.size === 0) return { ...rest, isKnown };
  return {
    ...rest,
    holds(run) {
      const key = keyIn(read(run.attributes));
      if (key === undefined) return rest.holds(run);
      return !outside.has(key) && (inside.has(key) || rest.holds(run));
    },
  };
}

/** `undefined` of a list that is held apart. */
function readKeys(keys: unknown): ReadonlySet<string> | undefined {
  if (!isRecord(keys)) return new Set(needList(keys, needText));
  needText(keys.list);
  need(isCount(keys.count));
  return undefined;
}
