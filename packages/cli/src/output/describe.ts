/** Flags and their targetings in a few words. */
import type { ServeForm, TargetingFields } from "@bannerol/protocol/schemas";
import type { Colours } from "./colour.ts";
import { printable } from "./printable.ts";

const WHOLE = 100_000;

/** `25 %`, `0.1 %`: weights are parts of 100,000. */
export function share(weight: number): string {
  return `${weight / (WHOLE / 100)} %`;
}

/** `on`, or `on 25 %, off 75 %`, the off variant last; shares of nothing are left out, and who is left out is told. */
export function describeServe(serve: ServeForm, off: string): string {
  if ("variant" in serve) return printable(serve.variant);
  const { weights, bucketBy } = serve.rollout;
  const variants = [...Object.keys(weights).filter((key) => key !== off), off];
  const shares = variants.map((key) => [key, weights[key] ?? 0] as const).filter(([, weight]) => weight > 0);
  const left = WHOLE - shares.reduce((sum, [, weight]) => sum + weight, 0);
  const parts = shares.map(([variant, weight]) => `${printable(variant)} ${share(weight)}`);
  if (left > 0) parts.push(`${share(left)} left out`);
  return `${parts.join(", ")}${bucketBy === undefined ? "" : ` by ${printable(bucketBy)}`}`;
}

export function describeState(targeting: { readonly enabled: boolean }, colours: Colours): string {
  return targeting.enabled ? colours.green("enabled") : colours.yellow("disabled");
}

/** What an environment does with a flag, on one line: `enabled, on 25 %, off 75 %, after 2 rules`. */
export function describeTargeting(targeting: TargetingFields, colours: Colours): string {
  if (!targeting.enabled) return `${describeState(targeting, colours)}, everybody gets ${printable(targeting.off)}`;
  return [
    describeState(targeting, colours),
    describeServe(targeting.fallthrough, targeting.off),
    ...exceptions(targeting),
  ].join(", ");
}

function exceptions({ prerequisites, targets, rules }: TargetingFields): string[] {
  const counts: [number, string][] = [
    [prerequisites.length, "prerequisite"],
    [targets.reduce((sum, { keys }) => sum + keys.length, 0), "targeted key"],
    [rules.length, "rule"],
  ];
  const told = counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`);
  return told.length === 0 ? [] : [`after ${told.join(", ")}`];
}

/** Where a change stands in the history: what to quote, and what to keep as proof. */
export function stamp(
  { revision, head }: { readonly revision: number; readonly head: string },
  colours: Colours,
): string {
  return colours.dim(`revision ${revision}${head === "" ? "" : `, head ${head.slice(0, 12)}`}`);
}
