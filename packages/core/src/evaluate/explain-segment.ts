import { attributeReader, TARGETING_KEY } from "../attributes.ts";
import type { KeySet } from "../compile/linked.ts";
import type { CompiledSegment } from "../compile/segment.ts";
import type { Segment } from "../model.ts";
import { explainCondition } from "./explain-condition.ts";
import { explainKey } from "./explain-value.ts";
import type { SegmentExplanation } from "./explanation.ts";
import type { Trace } from "./trace.ts";

/** Whether the context belongs to a segment, and by which of its parts. Never throws. */
export function explainSegment(
  segment: string,
  compiled: Pick<CompiledSegment, "segment" | "included" | "excluded">,
  trace: Trace,
): SegmentExplanation {
  const { included, excluded } = compiled;
  const { by = TARGETING_KEY, when, ...keys } = compiled.segment;
  const { shown, key } = explainKey(attributeReader(by), trace.attributes, trace.redact(by));
  const asked = { segment, by, ...shown };
  if (key !== undefined && excluded.has(key))
    return { ...asked, member: false, decidedBy: "excluded", ...listOf(keys.excluded, excluded) };
  if (key !== undefined && included.has(key))
    return { ...asked, member: true, decidedBy: "included", ...listOf(keys.included, included) };
  if (when === null) return { ...asked, member: false, decidedBy: "nothing" };
  const step = explainCondition(when, trace);
  return { ...asked, member: step.holds, decidedBy: "when", when: step };
}

function listOf(keys: Segment["included"], { size }: KeySet): Pick<SegmentExplanation, "list"> {
  return "list" in keys ? { list: { id: keys.list, size } } : {};
}
