export type { ConnectionIdentity, ConnectionPorts } from "./connection/driver.ts";
export { endingOf } from "./connection/ending.ts";
export type { BoundEvaluation, Evaluation, Handle, Snapshot } from "./evaluation/evaluation.ts";
export type { Exposure, ExposureCounts } from "./exposures.ts";
export { type ClientEvents, createFlagClient, type FlagClient, type FlagClientOptions } from "./flag-client.ts";
export type * from "./ports.ts";
export type { RulesetChange, Source } from "./ruleset/store.ts";
export type { ClientProblem, Status } from "./status.ts";
export { ClientClosedError, type Ready, ReadyTimeoutError, RevisionTimeoutError } from "./waiting.ts";
