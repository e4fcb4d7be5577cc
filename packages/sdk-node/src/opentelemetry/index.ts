/** OpenTelemetry's own package is met here, and nowhere else. */
import type { Hook } from "@bannerol/client";
import { trace } from "@opentelemetry/api";
import { type EventOptions, spanEvents } from "./span-events.ts";

export type { EventOptions } from "./span-events.ts";

/**
 * A hook for `use()` that adds the event `feature_flag.evaluation` of OpenTelemetry's semantic conventions to the active
 * span at every evaluation. Where no span is being recorded it looks, and does nothing.
 */
export function openTelemetry(options: EventOptions = {}): Hook {
  return spanEvents(() => trace.getActiveSpan(), options);
}
