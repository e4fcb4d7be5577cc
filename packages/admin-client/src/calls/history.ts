import type {
  ChangeList,
  ChangeSet,
  ChangeSetAnswer,
  ChangesQuery,
  InstallationChangesQuery,
  Revert,
  Verdict,
  VerifyQuery,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions } from "./options.ts";

/** What was changed, changes of many documents at once, and the way back. */
export function historyCalls(send: Send) {
  const changes = (project: string) => ["projects", project, "changes"];
  return {
    /** Newest first. */
    changes: (project: string, query: ChangesQuery = {}) =>
      send<ChangeList>({ method: "GET", path: changes(project), query: { ...query } }),
    /** All of them or none. `ifMatch` speaks of the project's newest revision. */
    apply: (project: string, body: ChangeSet, { ifMatch }: ChangeOptions = {}) =>
      send<ChangeSetAnswer>({ method: "POST", path: changes(project), body, ifMatch }),
    /** `ifMatch` speaks of the newest revision among what is reverted, which a dry run gives. */
    revert: (project: string, body: Revert, { ifMatch }: ChangeOptions = {}) =>
      send<ChangeSetAnswer>({ method: "POST", path: ["projects", project, "revert"], body, ifMatch }),
    /** With `head`, against one that was kept elsewhere. */
    verify: (project: string, query: VerifyQuery = {}) =>
      send<Verdict>({ method: "GET", path: [...changes(project), "verify"], query: { ...query } }),
    /** Of projects, people, tokens and webhooks. Newest first. */
    installationChanges: (query: InstallationChangesQuery = {}) =>
      send<ChangeList>({ method: "GET", path: ["changes"], query: { ...query } }),
    verifyInstallation: (query: VerifyQuery = {}) =>
      send<Verdict>({ method: "GET", path: ["changes", "verify"], query: { ...query } }),
  };
}
