export type {
  BoundEvaluation,
  ClientEvents,
  ClientProblem,
  Evaluation,
  Exposure,
  ExposureCounts,
  FilePlace,
  Handle,
  Hook,
  HookContext,
  PageState,
  Ready,
  RulesetChange,
  Snapshot,
  Source,
  Status,
} from "@bannerol/client";
export { ClientClosedError, EvaluationError, ReadyTimeoutError, RevisionTimeoutError } from "@bannerol/client";
export type {
  ErrorCode,
  EvaluationContext,
  EvaluationResult,
  Explanation,
  JsonValue,
  Reason,
} from "@bannerol/core";
export { createClient, type NodeFlagClient } from "./create-client.ts";
export { currentFlags, type RequestFlags } from "./middleware/request-flags.ts";
export { type ClientOptions, type FileClientOptions, OptionsError, type ServerClientOptions } from "./options.ts";
