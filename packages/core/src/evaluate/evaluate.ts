import type { CompiledRuleset } from "../compile/ruleset.ts";
import type { FlagType, JsonValue } from "../model.ts";
import type { ErrorCode, EvaluationResult, Outcome } from "../result.ts";

/** The type that a default asks for: a boolean, string or number its own, anything else `json`. */
export function typeOfDefault(value: unknown): FlagType {
  const type = typeof value;
  return type === "boolean" || type === "string" || type === "number" ? type : "json";
}

/**
 * The whole answer to one question. `now` is epoch milliseconds. Never throws and never waits: where there is no
 * value of the default's type to serve, it answers with the default, and says why.
 *
 * Error codes, in this order: `PROVIDER_NOT_READY` (no ruleset), `FLAG_NOT_FOUND`, `PARSE_ERROR` (the flag cannot be
 * read), `TYPE_MISMATCH`, `GENERAL` (the flag's references lead into a cycle, or the context cannot be read).
 */
export function evaluate<T extends JsonValue>(
  ruleset: CompiledRuleset | undefined,
  key: string,
  context: unknown,
  defaultValue: T,
  now: number,
): EvaluationResult<T> {
  if (ruleset === undefined) return serveDefault({ defaultValue, revision: 0, ...noRuleset(key) });
  const { revision } = ruleset.ruleset;
  const flag = ruleset.flag(key);
  if (flag === undefined) return serveDefault({ defaultValue, revision, ...noFlag(key) });
  const wanted = typeOfDefault(defaultValue);
  if (flag.type !== undefined && flag.type !== wanted) {
    return serveDefault({ defaultValue, revision, ...otherType({ key, is: flag.type, wanted }) });
  }
  return toResult(flag.decide(context, now), defaultValue, revision);
}

/** An outcome as the caller gets it. The default has the flag's type: whoever calls this has compared them. */
export function toResult<T>(outcome: Outcome, defaultValue: T, revision: number): EvaluationResult<T> {
  const { variant, reason, ruleId, errorCode, errorMessage } = outcome;
  if (errorCode !== undefined || variant === undefined) {
    return {
      value: defaultValue,
      reason,
      ...(errorCode && { errorCode }),
      ...(errorMessage && { errorMessage }),
      revision,
    };
  }
  // The flag's type was compared with the default's; what a json value looks like inside is the caller's to know.
  const value = outcome.value as T;
  // Field by field: a spread copies by name, and took half the time of evaluating all flags.
  return ruleId === undefined ? { value, variant, reason, revision } : { value, variant, reason, ruleId, revision };
}

export interface Refusal {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
}

export function noRuleset(key: string): Refusal {
  return {
    errorCode: "PROVIDER_NOT_READY",
    errorMessage: `Flag ${named(key)} was asked for before there was a ruleset. Wait for the client to be ready.`,
  };
}

export function noFlag(key: string): Refusal {
  return {
    errorCode: "FLAG_NOT_FOUND",
    errorMessage: `There is no flag ${named(key)} in this environment. Check the key's spelling, and that the flag exists.`,
  };
}

function otherType(input: { readonly key: string; readonly is: FlagType; readonly wanted: FlagType }): Refusal {
  const { key, is, wanted } = input;
  return {
    errorCode: "TYPE_MISMATCH",
    errorMessage: `Flag ${named(key)} is of type ${is} and was asked for as ${wanted}. Give a default of type ${is}.`,
  };
}

/** A caller without types may ask for anything, a symbol included. */
const named = (key: string) => String(key);

function serveDefault<T>(
  answer: Refusal & { readonly defaultValue: T; readonly revision: number },
): EvaluationResult<T> {
  const { defaultValue, revision, errorCode, errorMessage } = answer;
  return { value: defaultValue, reason: "ERROR", errorCode, errorMessage, revision };
}
