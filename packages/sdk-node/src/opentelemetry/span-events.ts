/**
 * An evaluation as an event of a span, in the words of OpenTelemetry's semantic conventions for feature flags. It knows
 * no tracer.
 */
import type { Hook, HookContext } from "@bannerol/client";
import type { EvaluationResult, JsonValue } from "@bannerol/core";

export interface EventOptions {
  /** Whether the event holds the value that was served, which may be personal or long. Default: false. */
  readonly value?: boolean;
  /** Whether it holds the context's targeting key, `feature_flag.context.id`. Default: true. */
  readonly contextId?: boolean;
}

interface Attributes {
  [name: string]: string | number | boolean;
}

/** What is needed of a span. */
export interface SpanLike {
  isRecording(): boolean;
  addEvent(name: string, attributes: Attributes): unknown;
}

export function spanEvents(activeSpan: () => SpanLike | undefined, options: EventOptions): Hook {
  return {
    finally(hookContext, result) {
      const span = activeSpan();
      if (span?.isRecording() !== true) return;
      span.addEvent("feature_flag.evaluation", attributesOf(hookContext, result, options));
    },
  };
}

function attributesOf(
  { flagKey, context }: HookContext,
  { value, variant, reason, revision, errorCode, errorMessage }: EvaluationResult,
  { value: withValue = false, contextId = true }: EventOptions,
): Attributes {
  const { targetingKey } = context;
  return {
    "feature_flag.key": flagKey,
    "feature_flag.provider.name": "bannerol",
    "feature_flag.result.reason": reason.toLowerCase(),
    "feature_flag.version": String(revision),
    ...(variant !== undefined && { "feature_flag.result.variant": variant }),
    ...(withValue && { "feature_flag.result.value": plain(value) }),
    ...(contextId && isKey(targetingKey) && { "feature_flag.context.id": String(targetingKey) }),
    ...(errorCode !== undefined && { "error.type": errorCode.toLowerCase() }),
    ...(errorMessage !== undefined && { "error.message": errorMessage }),
  };
}

/** An attribute holds no objects. */
function plain(value: JsonValue): string | number | boolean {
  return typeof value === "object" ? JSON.stringify(value) : value;
}

/** What a caller without types gives for one may be anything. */
function isKey(targetingKey: unknown): targetingKey is string | number {
  return typeof targetingKey === "string" || typeof targetingKey === "number";
}
