import type {
  CommentOnly,
  ReleaseChanged,
  ReleaseForecast,
  ReleaseForm,
  ReleaseList,
  ReleaseStart,
  VerdictList,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions, EnvironmentName, TargetingName } from "./options.ts";

/** What can be done to a release by hand. */
export type ReleaseMove = "pause" | "resume" | "approve" | "advance" | "abort" | "rollback";

/** Rollouts that the server carries out in steps. */
export function releaseCalls(send: Send) {
  const path = ({ project, flag, environment }: TargetingName) => [
    ...["projects", project, "flags", flag, "environments", environment, "release"],
  ];
  return {
    start: (name: TargetingName, body: ReleaseStart) =>
      send<ReleaseChanged>({ method: "POST", path: path(name), body }),
    /** How long it would take, before it is started: nothing is written. */
    preview: (name: TargetingName, body: ReleaseStart) =>
      send<ReleaseForecast>({ method: "POST", path: [...path(name), "preview"], body }),
    /** The one that runs, and how it stands; the last one where none does. */
    get: (name: TargetingName) => send<ReleaseForm>({ method: "GET", path: path(name) }),
    move: (name: TargetingName, move: ReleaseMove, body: CommentOnly = {}, { ifMatch }: ChangeOptions = {}) =>
      send<ReleaseChanged>({ method: "POST", path: [...path(name), move], body, ifMatch }),
    verdicts: (name: TargetingName) => send<VerdictList>({ method: "GET", path: [...path(name), "verdicts"] }),
    list: ({ project, environment }: EnvironmentName) =>
      send<ReleaseList>({ method: "GET", path: ["projects", project, "environments", environment, "releases"] }),
  };
}
