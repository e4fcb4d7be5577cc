export { backoffMs } from "./connection/backoff.ts";
export {
  type Connection,
  type ConnectionListener,
  type ConnectionPorts,
  createConnection,
} from "./connection/driver.ts";
export { endingOf } from "./connection/ending.ts";
export { standingOf } from "./connection/feed.ts";
export type { ConnectionIdentity } from "./connection/line.ts";
export type { Transport } from "./connection/ways.ts";
export type { BoundEvaluation, Evaluation, Handle, Snapshot } from "./evaluation/evaluation.ts";
export type { BoundValues, FlagKey, FlagKeyOf, FlagValue, FlagValues } from "./evaluation/flag-keys.ts";
export type { PageState } from "./evaluation/page-state.ts";
export type { Counted, Exposure, ExposureCounts } from "./exposures.ts";
export {
  type ClientEvents,
  createFedClient,
  type FedClientOptions,
  type FlagClient,
  type Reporting,
} from "./fed-client.ts";
export type { Feed, FeedListener, FeedStanding, OpenFeed } from "./feed.ts";
export { createFlagClient, type FlagClientOptions } from "./flag-client.ts";
export { EvaluationError, type Hook, type HookContext } from "./hooks/hook.ts";
export { createListeners, type Listener } from "./listeners.ts";
export { createOutcomes, type Outcome, type OutcomeHost, type Outcomes } from "./outcomes/outcomes.ts";
export {
  createParallelRun,
  ParallelMismatchError,
  type ParallelOptions,
  type ParallelRun,
} from "./parallel/parallel-run.ts";
export { createRuns } from "./parallel/runs.ts";
export type * from "./ports.ts";
export type { RulesetChange, Source } from "./ruleset/store.ts";
export { type ClientProblem, type FilePlace, freshnessOf, type Status } from "./status.ts";
export { reasonOf } from "./tell.ts";
export { ClientClosedError, type Ready, ReadyTimeoutError, RevisionTimeoutError } from "./waiting.ts";
export { warn } from "./warn.ts";
export { type BoundOutcomeCalls, createReporter, type OutcomeCalls, type OutcomeClient } from "./with-outcomes.ts";
