import type {
  CommentOnly,
  ParallelReport,
  Preview,
  PreviewRequest,
  RolloutPut,
  TargetingChanged,
  TargetingForm,
  TargetingPatch,
  TargetingPut,
} from "@bannerol/protocol/schemas";
import type { Send } from "../request.ts";
import type { ChangeOptions, TargetingName } from "./options.ts";

/** What one environment does with one flag. */
export function targetingCalls(send: Send) {
  const path = ({ project, flag, environment }: TargetingName) => [
    ...["projects", project, "flags", flag, "environments", environment],
  ];
  const move =
    (verb: string) =>
    (name: TargetingName, body: CommentOnly, { ifMatch }: ChangeOptions = {}) =>
      send<TargetingChanged>({ method: "POST", path: [...path(name), verb], body, ifMatch });
  return {
    get: (name: TargetingName) => send<TargetingForm>({ method: "GET", path: path(name) }),
    put: (name: TargetingName, body: TargetingPut, { ifMatch }: ChangeOptions = {}) =>
      send<TargetingChanged>({ method: "PUT", path: path(name), body, ifMatch }),
    update: (name: TargetingName, body: TargetingPatch, { ifMatch }: ChangeOptions = {}) =>
      send<TargetingChanged>({ method: "PATCH", path: path(name), body, ifMatch }),
    rollout: (name: TargetingName, body: RolloutPut, { ifMatch }: ChangeOptions = {}) =>
      send<TargetingChanged>({ method: "PUT", path: [...path(name), "rollout"], body, ifMatch }),
    /** What a targeting, or some of its fields, would change; nothing is written. */
    preview: (name: TargetingName, body: PreviewRequest) =>
      send<Preview>({ method: "POST", path: [...path(name), "preview"], body }),
    /** What came of parallel runs of the flag. */
    parallel: (name: TargetingName) => send<ParallelReport>({ method: "GET", path: [...path(name), "parallel"] }),
    enable: move("enable"),
    disable: move("disable"),
    kill: move("kill"),
  };
}
