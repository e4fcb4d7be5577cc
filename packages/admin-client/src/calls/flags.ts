import type {
  CommentOnly,
  FlagChanged,
  FlagCreate,
  FlagForm,
  FlagList,
  FlagPatch,
  FlagsQuery,
  StaleFlagList,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions, FlagName } from "./options.ts";

/** What is the same of a flag in every environment. */
export function flagCalls(send: Send) {
  const flags = (project: string) => ["projects", project, "flags"];
  const move =
    (verb: string) =>
    (name: FlagName, body: CommentOnly, { ifMatch }: ChangeOptions = {}) =>
      send<FlagChanged>({ method: "POST", path: [...flags(name.project), name.flag, verb], body, ifMatch });
  return {
    list: (project: string, query: FlagsQuery = {}) =>
      send<FlagList>({ method: "GET", path: flags(project), query: { ...query } }),
    stale: (project: string) => send<StaleFlagList>({ method: "GET", path: ["projects", project, "stale-flags"] }),
    get: ({ project, flag }: FlagName) => send<FlagForm>({ method: "GET", path: [...flags(project), flag] }),
    create: (project: string, body: FlagCreate) => send<FlagChanged>({ method: "POST", path: flags(project), body }),
    update: ({ project, flag }: FlagName, body: FlagPatch, { ifMatch }: ChangeOptions = {}) =>
      send<FlagChanged>({ method: "PATCH", path: [...flags(project), flag], body, ifMatch }),
    archive: move("archive"),
    restore: move("restore"),
  };
}
