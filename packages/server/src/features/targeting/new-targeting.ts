import type { TargetingFields } from "@bannerol/protocol/schemas";
import type { FlagDocument, FlagVariant, TargetingDocument } from "../../state/documents.ts";
import { layOut } from "./form.ts";

/**
 * A new flag's targeting. A boolean flag's off variant is its false one and its fallthrough the true one; of another
 * type the last variant is off and the first the fallthrough.
 */
export function newTargeting(flag: Pick<FlagDocument, "type" | "variants">): TargetingFields {
  const first = flag.variants[0];
  const last = flag.variants.at(-1);
  const on = flag.type === "boolean" ? (withValue(flag.variants, true) ?? first) : first;
  const off = flag.type === "boolean" ? (withValue(flag.variants, false) ?? last) : last;
  return {
    enabled: false,
    off: off?.key ?? "off",
    prerequisites: [],
    targets: [],
    rules: [],
    fallthrough: { variant: on?.key ?? "on" },
  };
}

/** The same as it is stored. It rolls nothing out, so there is nothing to lay out. */
export function storedNewTargeting(flag: Pick<FlagDocument, "type" | "variants" | "seed">): TargetingDocument {
  return layOut(newTargeting(flag), { flag, before: undefined, earlier: new Map(), freshId: () => "" });
}

function withValue(variants: readonly FlagVariant[], value: boolean): FlagVariant | undefined {
  return variants.find((variant) => variant.value === value);
}
