export type {
  BoundEvaluation,
  ClientEvents,
  ClientProblem,
  Evaluation,
  Exposure,
  ExposureCounts,
  Handle,
  Ready,
  RulesetChange,
  Snapshot,
  Source,
  Status,
} from "@bannerol/client";
export { ClientClosedError, ReadyTimeoutError, RevisionTimeoutError } from "@bannerol/client";
export type {
  ErrorCode,
  EvaluationContext,
  EvaluationResult,
  Explanation,
  JsonValue,
  Reason,
} from "@bannerol/core";
export { createClient, type NodeFlagClient } from "./create-client.ts";
export { type ClientOptions, OptionsError } from "./options.ts";
