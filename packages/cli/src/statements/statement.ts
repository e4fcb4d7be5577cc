import type { Invariant } from "@bannerol/core";
import type { Colours } from "../output/colour.ts";
import { oneLine, printable } from "../output/printable.ts";
import { renderLines, type StepLine } from "../output/step-lines.ts";

/** An invariant with its name, as a file or the server has it. */
export type Statement = Invariant & { readonly key: string; readonly environment?: string };

/** A statement, and what came of asking it. */
export interface Asked {
  readonly statement: Statement;
  /** A case in which it does not hold; absent where it does. */
  readonly breach?: string;
}

/** A line for each, and beneath it the case in which it does not hold. */
export function askedText(asked: readonly Asked[], colours: Colours): string {
  return renderLines(asked.flatMap(linesOf), colours);
}

function linesOf({ statement, breach }: Asked): readonly StepLine[] {
  const { key, environment } = statement;
  const name = `${printable(key)}${environment === undefined ? "" : ` in ${printable(environment)}`}`;
  const sampled = isSampled(statement) ? " (sampled)" : "";
  const line: StepLine = {
    depth: 0,
    mark: breach === undefined ? "yes" : "no",
    text: `${name}: ${statementWords(statement)}${sampled}`,
  };
  return breach === undefined ? [line] : [line, { depth: 1, mark: "none", text: printable(breach) }];
}

/** Whether contexts are made up to ask it, so that there may be others for which it does not hold. */
export function isSampled(statement: Invariant): boolean {
  return "never" in statement && statement.contexts === undefined;
}

export function statementWords(statement: Invariant): string {
  if ("serves" in statement) {
    const { flag, context, serves } = statement;
    return `${printable(flag)} serves ${serves.map(printable).join(" or ")} to ${oneLine(context)}`;
  }
  if ("never" in statement) {
    const variants = statement.never
      .map(({ flag, variant }) => `${printable(flag)} ${printable(variant)}`)
      .join(" and ");
    return statement.never.length === 1 ? `${variants} is never served` : `${variants} are never served together`;
  }
  const { flag, minimumPercentage } = statement;
  return `where ${printable(flag)} is enabled, it is rolled out to ${minimumPercentage} % or more`;
}
