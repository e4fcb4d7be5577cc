/** What a percentage makes of a targeting, so that it can be previewed before it is asked for. Pure. */
import type { FlagForm, RolloutPut, ServeForm, TargetingFields } from "@bannerol/protocol/schemas";

/**
 * The fallthrough that `PUT …/rollout` writes: the weights `{variant: percentage × 1000, off variant: the rest}`, `seed`
 * and `bucketBy` as they are unless named. `undefined` where the flag does not tell which variant rolls out, which the
 * server then refuses.
 */
export function rolledOut(
  flag: Pick<FlagForm, "type" | "variants">,
  { fallthrough, off }: Pick<TargetingFields, "fallthrough" | "off">,
  rollout: RolloutPut,
): ServeForm | undefined {
  const variant = rollout.variant ?? variantToRollOut(flag, { fallthrough, off });
  if (variant === undefined || variant === off) return undefined;
  const share = Math.round(rollout.percentage * 1_000);
  const { bucketBy } = rollout;
  return {
    rollout: {
      ...hashingOf(fallthrough),
      ...(bucketBy !== undefined && { bucketBy }),
      weights: { [variant]: share, [off]: 100_000 - share },
    },
  };
}

/** The one that rolls out now, else a boolean flag's true one. */
function variantToRollOut(
  { type, variants }: Pick<FlagForm, "type" | "variants">,
  { fallthrough, off }: Pick<TargetingFields, "fallthrough" | "off">,
): string | undefined {
  const weighed = "rollout" in fallthrough ? Object.keys(fallthrough.rollout.weights) : [];
  const [one, ...more] = weighed.filter((key) => key !== off);
  if (one !== undefined && more.length === 0) return one;
  return type === "boolean" ? variants.find(({ key, value }) => value === true && key !== off)?.key : undefined;
}

function hashingOf(serve: ServeForm): Omit<Extract<ServeForm, { rollout: unknown }>["rollout"], "weights"> {
  if ("variant" in serve) return {};
  const { weights: _, ...hashing } = serve.rollout;
  return hashing;
}
