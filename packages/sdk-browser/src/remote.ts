/** The same client without the evaluator: the server evaluates, and no rule comes to the page. */
import { askOf } from "./answers.ts";
import { type BrowserClient, startClient } from "./client.ts";
import type { ClientOptions } from "./options.ts";
import { remoteMode } from "./remote-mode.ts";

export type { ClientProblem, FlagKey, FlagKeyOf, FlagValue, Ready, RulesetChange, Source } from "@bannerol/client";
export type { Outcome } from "@bannerol/client/outcomes";
export type { ErrorCode, EvaluationContext, EvaluationResult, JsonValue, Reason } from "@bannerol/core";
export type { BrowserClient, ClientEvents, Status } from "./client.ts";
export type { Flags } from "./flags.ts";
export { type Bootstrap, type ClientOptions, OptionsError } from "./options.ts";

/**
 * As `createClient` of `@bannerol/sdk-browser` with `evaluation: "remote"`.
 *
 * @throws {OptionsError} where an option cannot work.
 */
export function createClient(options: Omit<ClientOptions, "evaluation">): BrowserClient {
  return startClient(options, remoteMode, askOf);
}
