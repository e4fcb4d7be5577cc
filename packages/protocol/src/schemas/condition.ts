import type { Condition, FlagReference, JsonValue } from "@bannerol/core";
import { z } from "zod";

/**
 * Any JSON value, passed on as it is: zod's own `json()` and `record()` copy what they read and drop a key named
 * `__proto__`, which in a value or a context is data like any other.
 */
export const jsonValueSchema = z
  .custom<JsonValue>((value) => value !== undefined)
  .meta({ id: "JsonValue", description: "Any JSON value" });

/** Holds where the other flag serves one of the variants. */
export const flagReferenceSchema: z.ZodType<FlagReference> = z
  .strictObject({ flag: z.string(), variants: z.array(z.string()) })
  .meta({ id: "FlagReference", description: "Holds where that flag serves one of these variants" });

const attributeTestSchema = z
  .strictObject({
    attribute: z.string(),
    op: z
      .string()
      .meta({ description: "in, contains, startsWith, lessThan, before, semverAtLeast, inCidr, exists, …" }),
    values: z.array(jsonValueSchema).exactOptional(),
    ignoreCase: z.boolean().exactOptional(),
  })
  .meta({ id: "AttributeTest", description: "Holds if the attribute's value passes for any of the values" });

/** A condition: `all` / `any` / `not` over attribute tests, segment membership and what another flag serves. */
export const conditionSchema: z.ZodType<Condition> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(conditionSchema) }),
      z.strictObject({ any: z.array(conditionSchema) }),
      z.strictObject({ not: conditionSchema }),
      z.strictObject({ segment: z.string() }),
      flagReferenceSchema,
      attributeTestSchema,
    ]),
  )
  .meta({ id: "Condition", description: "An empty `all` holds, an empty `any` does not" });
