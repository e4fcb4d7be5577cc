import type { ChangeList, ChangesQuery, Verdict } from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";

/** What was changed. */
export function historyCalls(send: Send) {
  return {
    /** Newest first. */
    changes: (project: string, query: ChangesQuery = {}) =>
      send<ChangeList>({ method: "GET", path: ["projects", project, "changes"], query: { ...query } }),
    verify: (project: string) => send<Verdict>({ method: "GET", path: ["projects", project, "changes", "verify"] }),
  };
}
