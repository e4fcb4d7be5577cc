import type { ChangeSetAnswer, DiffQuery, EnvironmentDiff, Promote } from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions, EnvironmentName } from "./options.ts";

/** One environment held against another, and flags carried over. */
export function promotionCalls(send: Send) {
  const path = ({ project, environment }: EnvironmentName, verb: string) => [
    ...["projects", project, "environments", environment, verb],
  ];
  return {
    /** What the named environment does otherwise than `from`. */
    diff: (name: EnvironmentName, query: DiffQuery) =>
      send<EnvironmentDiff>({ method: "GET", path: path(name, "diff"), query: { ...query } }),
    /** As one change. `ifMatch` speaks of the project's newest revision, which a dry run gives. */
    promote: (name: EnvironmentName, body: Promote, { ifMatch }: ChangeOptions = {}) =>
      send<ChangeSetAnswer>({ method: "POST", path: path(name, "promote"), body, ifMatch }),
  };
}
