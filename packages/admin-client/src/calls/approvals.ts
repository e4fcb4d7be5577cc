import type { ApprovalAnswer, ApprovalForm, ApprovalsQuery, CommentOnly, ListOf } from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { EnvironmentName } from "./options.ts";

/** Changes that wait until people who did not make them have approved them. */
export function approvalCalls(send: Send) {
  const approvals = ({ project, environment }: EnvironmentName) => [
    "projects",
    project,
    "environments",
    environment,
    "approvals",
  ];
  const decide = (verb: string) => (name: EnvironmentName, id: string, body: CommentOnly) =>
    send<ApprovalAnswer>({ method: "POST", path: [...approvals(name), id, verb], body });
  return {
    list: (name: EnvironmentName, query: ApprovalsQuery = {}) =>
      send<ListOf<ApprovalForm>>({ method: "GET", path: approvals(name), query: { ...query } }),
    get: (name: EnvironmentName, id: string) => send<ApprovalForm>({ method: "GET", path: [...approvals(name), id] }),
    /** The last approval that it needs applies it. */
    approve: decide("approve"),
    reject: decide("reject"),
    /** One's own. */
    withdraw: decide("withdraw"),
  };
}
