/** What keeps a release from beginning on a targeting: whoever has something would lose it. Pure. */
import type { Weights } from "@bannerol/core";
import type { FieldProblem } from "@bannerol/protocol";
import type { TargetingDocument } from "../../state/documents.ts";
import type { ReleaseStep } from "../../state/release-document.ts";
import { shareInForce } from "./share.ts";

interface Start {
  readonly serves: Weights;
  readonly segment?: string;
  readonly steps: readonly Pick<ReleaseStep, "percentage">[];
}

export function belowShare({ serves, segment, steps }: Start, targeting: TargetingDocument): readonly FieldProblem[] {
  const inForce = segment === undefined ? shareInForce(targeting, serves) / 1_000 : 0;
  const [first] = steps;
  if (first === undefined || first.percentage >= inForce) return [];
  const message = `It is below the ${inForce} % in force: whoever has it would lose it. Begin at ${inForce} or more.`;
  return [{ path: "steps[0].percentage", message }];
}

/** A rollout that splits by one attribute cannot go on by another: all would be dealt anew. */
export function reshuffling(
  { bucketBy, segment }: { readonly bucketBy?: string; readonly segment?: string },
  { enabled, fallthrough }: Pick<TargetingDocument, "enabled" | "fallthrough">,
): readonly FieldProblem[] {
  if (bucketBy === undefined || segment !== undefined || !enabled || "variant" in fallthrough) return [];
  const { weights, bucketBy: inForce = "targetingKey" } = fallthrough.rollout;
  const served = Object.values(weights).filter((weight) => weight > 0);
  if (inForce === bucketBy || (served.length === 1 && served[0] === 100_000)) return [];
  const message = `The rollout in force goes by ${inForce}: by ${bucketBy} everybody would be dealt anew, and some lose what they have. Leave bucketBy out, or serve one variant to all first.`;
  return [{ path: "bucketBy", message }];
}
