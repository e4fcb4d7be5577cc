/** What every change may carry beside its document. */
export interface ChangeOptions {
  /** The ETag of what the change was decided on: 412 (`precondition_failed`) where somebody was faster. */
  readonly ifMatch?: string | undefined;
}

/** Names one environment. */
export interface EnvironmentName {
  readonly project: string;
  readonly environment: string;
}

/** Names one flag. */
export interface FlagName {
  readonly project: string;
  readonly flag: string;
}

/** Names one flag's targeting in one environment. */
export interface TargetingName extends FlagName {
  readonly environment: string;
}

/** Names one segment. */
export interface SegmentName {
  readonly project: string;
  readonly segment: string;
}

/** Names one invariant. */
export interface InvariantName {
  readonly project: string;
  readonly invariant: string;
}
