export * from "./admin-client.ts";
export type { Explained } from "./calls/evaluations.ts";
export type {
  ChangeOptions,
  EnvironmentName,
  FlagName,
  InvariantName,
  SegmentName,
  TargetingName,
} from "./calls/options.ts";
export type { ReleaseMove } from "./calls/releases.ts";
export * from "./errors.ts";
export { type AdminClientOptions, type Answer, checkReachable } from "./request.ts";
