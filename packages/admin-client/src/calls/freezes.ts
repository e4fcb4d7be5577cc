import type {
  Changed,
  CommentQuery,
  FreezeChanged,
  FreezeCreate,
  FreezeForm,
  FreezesQuery,
  ListOf,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { EnvironmentName } from "./options.ts";

/** Windows in which nothing alters an environment but a kill. */
export function freezeCalls(send: Send) {
  const freezes = ({ project, environment }: EnvironmentName) => [
    "projects",
    project,
    "environments",
    environment,
    "freezes",
  ];
  return {
    list: (name: EnvironmentName, query: FreezesQuery = {}) =>
      send<ListOf<FreezeForm>>({ method: "GET", path: freezes(name), query: { ...query } }),
    create: (name: EnvironmentName, body: FreezeCreate) =>
      send<FreezeChanged>({ method: "POST", path: freezes(name), body }),
    end: (name: EnvironmentName, key: string, query: CommentQuery = {}) =>
      send<Changed>({ method: "DELETE", path: [...freezes(name), key], query: { ...query } }),
  };
}
