import { durationMs } from "@bannerol/protocol";
import type { GuardInput } from "@bannerol/protocol/schemas";
import type { Guard, GuardSource, Measure, Tolerance } from "./guard.ts";

const DEFAULT_MINIMUM = 50;
const DEFAULT_QUANTILE = 0.95;
/** Of parallel runs that may differ. */
const DEFAULT_MISMATCHES = 0.001;

const tolerances: { readonly [M in Measure]: Tolerance } = {
  errors: { relative: 0.1 },
  latency: { relative: 0.1 },
  value: { relative: 0.05 },
  mismatches: { relative: 0 },
};

const harms: { readonly [M in Measure]: Tolerance } = {
  errors: { relative: 1, absolute: 0.01 },
  latency: { relative: 1 },
  value: { relative: 0.2 },
  mismatches: { relative: 0 },
};

/** A share that must not fall, halved. */
const FALLEN: Tolerance = { relative: 0.5 };

/** The guard that was asked for, with every default filled in. */
export function guardOf(input: GuardInput): Guard {
  const { metric, measure, minimum = DEFAULT_MINIMUM, cap, pass = "shown" } = input;
  const limit = input.limit ?? (measure === "mismatches" ? DEFAULT_MISMATCHES : undefined);
  const higherIsWorse = input.higherIsWorse ?? measure !== "value";
  return {
    metric,
    measure,
    source: sourceOf(input),
    quantile: input.quantile ?? DEFAULT_QUANTILE,
    tolerance: input.tolerance ?? tolerances[measure],
    harm: input.harm ?? (measure === "errors" && !higherIsWorse ? FALLEN : harms[measure]),
    pass,
    minimum,
    ...(limit !== undefined && { limit }),
    higherIsWorse,
    afterMs: durationMs(input.after ?? "0s") ?? 0,
    ...(cap !== undefined && { cap }),
  };
}

/** Mismatches are the parallel runs' to tell, whatever else is the SDKs'. */
function sourceOf({ measure, source = "sdk" }: GuardInput): GuardSource {
  if (source === "sdk") return { kind: measure === "mismatches" ? "parallel" : "sdk" };
  if (source === "parallelRun") return { kind: "parallel" };
  if ("http" in source) return { kind: "http", url: source.http, path: source.path };
  return { kind: "prometheus", query: source.prometheus, ...(source.url !== undefined && { url: source.url }) };
}
