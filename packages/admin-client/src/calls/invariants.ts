import type {
  Changed,
  CommentQuery,
  InvariantChanged,
  InvariantCreate,
  InvariantForm,
  InvariantsQuery,
  ListOf,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions, InvariantName } from "./options.ts";

/** Statements that have to hold of a project's flags. */
export function invariantCalls(send: Send) {
  const invariants = (project: string) => ["projects", project, "invariants"];
  const path = ({ project, invariant }: InvariantName) => [...invariants(project), invariant];
  return {
    list: (project: string, query: InvariantsQuery = {}) =>
      send<ListOf<InvariantForm>>({ method: "GET", path: invariants(project), query: { ...query } }),
    get: (name: InvariantName) => send<InvariantForm>({ method: "GET", path: path(name) }),
    create: (project: string, body: InvariantCreate) =>
      send<InvariantChanged>({ method: "POST", path: invariants(project), body }),
    delete: (name: InvariantName, query: CommentQuery = {}, { ifMatch }: ChangeOptions = {}) =>
      send<Changed>({ method: "DELETE", path: path(name), query: { ...query }, ifMatch }),
  };
}
