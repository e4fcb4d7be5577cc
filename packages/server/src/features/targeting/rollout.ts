/** A percentage becomes the fallthrough. Pure. */
import type { RolloutPut } from "@bannerol/protocol/schemas";
import type { FlagDocument, StoredServe, TargetingDocument } from "../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { type Decided, refused } from "../decision.ts";
import { flagNotFound } from "../reading.ts";
import { decideWith, type RawFields, type TargetingCommand } from "./decide.ts";
import { formOf } from "./form.ts";
import { storedNewTargeting } from "./new-targeting.ts";

/**
 * The fallthrough becomes the weights `{variant: percentage × 1000, off variant: the rest}`; `seed` and `bucketBy`
 * stay unless named. Disabled or enabled is left as it is.
 */
export function putRollout(state: ProjectState, command: TargetingCommand, rollout: RolloutPut): Decided<undefined> {
  const flag = state.flags.get(command.flag)?.document;
  if (flag === undefined) return flagNotFound(state, command.flag);
  const before = targetingOf(state, command.flag, command.environment)?.document ?? storedNewTargeting(flag);
  const variant = rollout.variant ?? variantToRollOut(flag, before);
  const wrong = wrongVariant(flag, before, variant);
  if (wrong !== undefined || variant === undefined) {
    return refused("invalid", `The rollout is not valid, at variant: ${wrong}`, [
      { path: "variant", message: wrong ?? "" },
    ]);
  }
  return decideWith(state, command, "rollout.update", () => withFallthrough(before, variant, rollout));
}

/** The one that rolls out now, else a boolean flag's true one. */
export function variantToRollOut(flag: FlagDocument, { fallthrough, off }: TargetingDocument): string | undefined {
  const rollingOut =
    "rollout" in fallthrough ? Object.keys(fallthrough.rollout.weights).filter((key) => key !== off) : [];
  if (rollingOut.length === 1) return rollingOut[0];
  return flag.type === "boolean"
    ? flag.variants.find(({ key, value }) => value === true && key !== off)?.key
    : undefined;
}

/** What is wrong with rolling this variant out; `undefined`: nothing. */
export function wrongVariant(
  flag: FlagDocument,
  { off }: TargetingDocument,
  variant: string | undefined,
): string | undefined {
  const choice = flag.variants.map(({ key }) => key).filter((key) => key !== off);
  const choose = choice.length === 0 ? "The flag needs a second variant." : `Name one of ${choice.join(", ")}.`;
  if (variant === undefined) return `It does not say which variant to roll out. ${choose}`;
  if (variant === off) return `${variant} is the off variant, which gets what the rollout leaves. ${choose}`;
  return choice.includes(variant) ? undefined : `The flag has no variant ${variant}. ${choose}`;
}

function withFallthrough(
  before: TargetingDocument,
  variant: string,
  { percentage, bucketBy, seed }: RolloutPut,
): RawFields {
  // Adding 0 turns the -0 that JSON can hold into 0.
  const share = Math.round(percentage * 1_000) + 0;
  const hashing = {
    ...hashingOf(before.fallthrough),
    ...(bucketBy && { bucketBy }),
    ...(seed !== undefined && { seed }),
  };
  const weights = { [variant]: share, [before.off]: 100_000 - share };
  return { ...formOf(before), fallthrough: { rollout: { weights, ...hashing } } };
}

function hashingOf(serve: StoredServe): { readonly bucketBy?: string; readonly seed?: number } {
  if ("variant" in serve) return {};
  const { bucketBy, seed } = serve.rollout;
  return { ...(bucketBy === undefined ? {} : { bucketBy }), ...(seed === undefined ? {} : { seed }) };
}
