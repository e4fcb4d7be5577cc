export type {
  BoundEvaluation,
  BoundOutcomeCalls,
  ClientEvents,
  ClientProblem,
  Evaluation,
  Exposure,
  ExposureCounts,
  FilePlace,
  FlagKey,
  FlagKeyOf,
  FlagValue,
  Handle,
  Hook,
  HookContext,
  Outcome,
  OutcomeCalls,
  PageState,
  ParallelOptions,
  Ready,
  RulesetChange,
  Snapshot,
  Source,
  Status,
} from "@bannerol/client";
export {
  ClientClosedError,
  EvaluationError,
  ParallelMismatchError,
  ReadyTimeoutError,
  RevisionTimeoutError,
} from "@bannerol/client";
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
