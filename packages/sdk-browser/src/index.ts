export type { ClientProblem, FlagKey, FlagKeyOf, FlagValue, Ready, RulesetChange, Source } from "@bannerol/client";
export type { Outcome } from "@bannerol/client/outcomes";
export type { ErrorCode, EvaluationContext, EvaluationResult, JsonValue, Reason } from "@bannerol/core";
export type { BrowserClient, ClientEvents, Status } from "./client.ts";
export { createClient } from "./create-client.ts";
export type { Flags } from "./flags.ts";
export { type Bootstrap, type ClientOptions, OptionsError } from "./options.ts";
