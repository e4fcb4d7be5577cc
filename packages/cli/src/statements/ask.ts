/** Asks statements of a ruleset. Pure. */
import { breachOf, type CompiledRuleset, type Invariant, type VariantName } from "@bannerol/core";
import type { Asked, Statement } from "./statement.ts";

/** `now` in epoch milliseconds. A name that the ruleset does not have is a breach: misspelt, it would hold for ever. */
export function askStatement(statement: Statement, ruleset: CompiledRuleset, now: number): Asked {
  const breach = unknownName(statement, ruleset) ?? breachOf(statement, ruleset, now)?.message;
  return breach === undefined ? { statement } : { statement, breach };
}

function unknownName(statement: Invariant, { ruleset }: CompiledRuleset): string | undefined {
  for (const { flag, variant } of namesIn(statement)) {
    if (!ruleset.flags.has(flag)) return `there is no flag ${flag}`;
    const variants = variantsOf(ruleset.flags.get(flag));
    if (variant !== undefined && !variants.includes(variant))
      return `${flag} has no variant ${variant}: it has ${variants.join(", ")}`;
  }
  return undefined;
}

function namesIn(statement: Invariant): readonly (Pick<VariantName, "flag"> & Partial<VariantName>)[] {
  if ("never" in statement) return statement.never;
  const { flag } = statement;
  return "serves" in statement ? statement.serves.map((variant) => ({ flag, variant })) : [{ flag }];
}

/** Of a flag as a ruleset has it; none of one that cannot be read. */
function variantsOf(flag: unknown): readonly unknown[] {
  const variants = Object(flag).variants;
  return Array.isArray(variants) ? variants.map((variant: unknown) => Object(variant).key) : [];
}
