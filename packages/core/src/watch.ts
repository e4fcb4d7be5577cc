/**
 * What a flag's document says of the release that runs on it: which metrics it wants to hear of. Read leniently and
 * apart from the flag: what cannot be read here keeps nobody from being served.
 */
import { isCount, isList, isRecord, isText } from "./json.ts";
import type { Watch } from "./model.ts";

const NONE: readonly Watch[] = [];

/** The rows that can be read of a flag's document as it came. */
export function watchesOf(document: unknown): readonly Watch[] {
  if (!isRecord(document) || !isList(document.watch)) return NONE;
  return document.watch.filter(isWatch);
}

function isWatch(row: unknown): row is Watch {
  return (
    isRecord(row) &&
    isText(row.metric) &&
    isText(row.release) &&
    isCount(row.step) &&
    isAmount(row.cap) &&
    isAmount(row.afterMs)
  );
}

function isAmount(value: unknown): boolean {
  return value === undefined || (typeof value === "number" && value >= 0);
}
