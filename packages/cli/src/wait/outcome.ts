/** What a command says when its waiting is over. */
import { ExitCode } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";
import type { Followed } from "./follow.ts";
import type { Standing } from "./standing.ts";

/** The change's own answer, and who has it. */
export function waitedOutput(output: Output, revision: number, { standing, ms, end }: Followed): Output {
  const { share, connected, have, missing } = standing;
  return {
    ...output,
    document: { ...Object(output.document), waited: { share, connected, have, ms, missing } },
    text: (colours) => [output.text(colours), ...(end === "reached" ? [reachedLine(standing, ms)] : [])].join("\n"),
    notes: [...(output.notes ?? []), ...notesOf[end](standing, revision, ms)],
    exitCode: exitCodes[end],
  };
}

const exitCodes: { readonly [end in Followed["end"]]: ExitCode } = {
  reached: ExitCode.done,
  late: ExitCode.refused,
  interrupted: ExitCode.interrupted,
};

const notesOf: {
  readonly [end in Followed["end"]]: (standing: Standing, revision: number, ms: number) => readonly string[];
} = {
  reached: () => [],
  late: (standing, revision, ms) => [
    `The change is made, and ${haveIt(standing)} revision ${revision} after ${seconds(ms)}. Not yet:`,
    missingTable(standing),
  ],
  interrupted: (standing, revision) => [
    `Interrupted. The change is made: ${haveIt(standing)} revision ${revision}, and the others will get it.`,
  ],
};

function reachedLine(standing: Standing, ms: number): string {
  if (standing.connected === 0) return "No SDK is connected: nobody had to be waited for.";
  return `${haveIt(standing)} it, after ${seconds(ms)}`;
}

function haveIt({ have, connected }: Standing): string {
  return `${have} of ${connected} connected SDKs ${have === 1 ? "has" : "have"}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

const SHOWN = 20;

function missingTable({ missing }: Standing): string {
  const rows = missing
    .slice(0, SHOWN)
    .map(({ environment, instance, name, version, revision }) => [
      `  ${printable(instance)}`,
      `${printable(name)} ${printable(version)}`,
      printable(environment),
      `has revision ${revision}`,
    ]);
  const more = missing.length > SHOWN ? `\n  and ${missing.length - SHOWN} more, all of them with --json` : "";
  return `${table(rows)}${more}`;
}
