import { attributeReader, TARGETING_KEY } from "../attributes.ts";
import type { Segment } from "../model.ts";
import { explainCondition } from "./explain-condition.ts";
import { explainKey } from "./explain-value.ts";
import type { SegmentExplanation } from "./explanation.ts";
import type { Trace } from "./trace.ts";

/** Whether the context belongs to a segment, and by which of its parts. Never throws. */
export function explainSegment(segment: string, source: Segment, trace: Trace): SegmentExplanation {
  const { by = TARGETING_KEY, included, excluded, when } = source;
  const { shown, key } = explainKey(attributeReader(by), trace.attributes, trace.redact(by));
  const asked = { segment, by, ...shown };
  if (key !== undefined && excluded.includes(key)) return { ...asked, member: false, decidedBy: "excluded" };
  if (key !== undefined && included.includes(key)) return { ...asked, member: true, decidedBy: "included" };
  if (when === null) return { ...asked, member: false, decidedBy: "nothing" };
  const step = explainCondition(when, trace);
  return { ...asked, member: step.holds, decidedBy: "when", when: step };
}
