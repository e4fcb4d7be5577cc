/** What a release is judged by, as it is stored: every default filled in, durations in milliseconds. */

/** The treated may be worse than the control by so much: at most (1 + relative) times, plus absolute. */
export interface Tolerance {
  readonly relative?: number;
  /** In the measure's own unit: a share, milliseconds, the value's. */
  readonly absolute?: number;
}

export type GuardSource =
  | { readonly kind: "sdk" }
  /** Parallel runs of the release's flag: the candidate against the control. */
  | { readonly kind: "parallel" }
  /** `$variant` in the text stands for the variant of each side. */
  | { readonly kind: "prometheus"; readonly query: string; readonly url?: string }
  /** `path` is a JSON pointer to a number in the answer. */
  | { readonly kind: "http"; readonly url: string; readonly path: string };

export type Measure = "errors" | "latency" | "value" | "mismatches";

export interface Guard {
  readonly metric: string;
  readonly measure: Measure;
  readonly source: GuardSource;
  /** Of latency. */
  readonly quantile: number;
  /** What decides that a step has failed. */
  readonly tolerance: Tolerance;
  /** What has to be ruled out for a step to pass; coarser. For latency a share of those above the quantile. */
  readonly harm: Tolerance;
  /** `shown`: harm is ruled out; `tolerance`: even what is tolerated is; `unrefuted`: the hold is over. */
  readonly pass: "shown" | "tolerance" | "unrefuted";
  /** Outcomes on each side before a step may pass. */
  readonly minimum: number;
  /** A bound on the treated side alone: a share of failures, milliseconds at the quantile, a value. */
  readonly limit?: number;
  /** `false`: of errors, the share of successes must not fall; of values, they must not. */
  readonly higherIsWorse: boolean;
  /** Outcomes are not taken before a client has known of the step for so long. */
  readonly afterMs: number;
  /** Values above it are cut in the SDK. */
  readonly cap?: number;
}
