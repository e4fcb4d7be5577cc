import type { EvaluationForm } from "@bannerol/protocol/schemas";
import { ExitCode } from "../exit-codes.ts";
import type { Colours } from "./colour.ts";
import { oneLine, printable } from "./printable.ts";

/** What a flag serves, on one line: `true  variant on, SPLIT, revision 12`. */
export function resultLine(result: EvaluationForm, colours: Colours): string {
  const { variant, reason, ruleId, errorCode, errorMessage, revision } = result;
  const told = [
    variant === undefined ? "" : `variant ${printable(variant)}`,
    ruleId === undefined ? reason : `${reason} by rule ${printable(ruleId)}`,
    errorCode === undefined ? "" : `${errorCode}: ${printable(errorMessage ?? "")}`,
    `revision ${revision}`,
  ].filter((part) => part !== "");
  return `${colours.bold(oneLine(result.value))}  ${colours.dim(told.join(", "))}`;
}

/** An evaluation that could not be made is no success. */
export function outcomeOf({ reason, errorCode }: EvaluationForm): ExitCode {
  if (errorCode === "FLAG_NOT_FOUND") return ExitCode.notFound;
  return reason === "ERROR" ? ExitCode.refused : ExitCode.done;
}
