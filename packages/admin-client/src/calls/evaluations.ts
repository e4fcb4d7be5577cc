import type { Explanation } from "@bannerol/core";
import type {
  ConnectionList,
  Convergence,
  EvaluateRequest,
  EvaluationList,
  ExplainedEvaluation,
  RulesetForm,
  RulesetQuery,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { EnvironmentName } from "./options.ts";

/** One flag's result, with every step that led to it. */
export interface Explained extends ExplainedEvaluation {
  explanation: Explanation & ExplainedEvaluation["explanation"];
}

/** What an environment serves, to whom, and which SDKs have it. */
export function evaluationCalls(send: Send) {
  const path = ({ project, environment }: EnvironmentName, ...rest: string[]) => [
    ...["projects", project, "environments", environment, ...rest],
  ];
  return {
    /** One flag for one context, with every step taken. */
    explain: (name: EnvironmentName, body: EvaluateRequest & { readonly flag: string }) =>
      send<Explained>({ method: "POST", path: path(name, "evaluate"), body }),
    /** Every flag for one context. */
    evaluateAll: (name: EnvironmentName, body: Omit<EvaluateRequest, "flag">) =>
      send<EvaluationList>({ method: "POST", path: path(name, "evaluate"), body }),
    /** As it is, or with `at` as it was at a revision or an instant. */
    ruleset: (name: EnvironmentName, query: RulesetQuery = {}) =>
      send<RulesetForm>({ method: "GET", path: path(name, "ruleset"), query: { ...query } }),
    connections: (name: EnvironmentName) => send<ConnectionList>({ method: "GET", path: path(name, "connections") }),
    /** Who of the connected SDKs has a revision, and who has not. */
    convergence: (name: EnvironmentName, revision: number) =>
      send<Convergence>({ method: "GET", path: path(name, "connections"), query: { revision } }),
  };
}
