/** What a change would do, for people: the moves of buckets, who of the contexts is reached, and what to mind. */
import type { BucketMove, Preview, PreviewWarning } from "@bannerol/protocol/schemas";
import { bar } from "./bar.ts";
import type { Colours } from "./colour.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";

const BAR = 20;
/** A rule can be removed and put back; these take something from somebody, or draw everybody anew. */
const GRAVE: ReadonlySet<PreviewWarning["code"]> = new Set(["reshuffled", "taken_away"]);

export function previewText({ moves, contexts, affects, warnings }: Preview, colours: Colours): string {
  return [
    ...(moves.length === 0 ? ["  no rollout moves"] : [table(moves.map((move) => moveRow(move, colours)))]),
    ...contextLines(contexts),
    ...(affects.length === 0 ? [] : [`  affects ${affects.map(printable).join(", ")}`]),
    ...warnings.map((warning) => warningLine(warning, colours)),
  ].join("\n");
}

function moveRow({ ruleId, from, to, share }: BucketMove, colours: Colours): string[] {
  const where = ruleId === undefined ? "fallthrough" : `rule ${printable(ruleId)}`;
  return [`  ${where}`, `${printable(from)} → ${printable(to)}`, percent(share), colours.dim(bar(share, BAR))];
}

function contextLines({ source, count, changed, moves }: Preview["contexts"]): string[] {
  const head = `  ${changed} of ${count} ${source} contexts would be served otherwise`;
  const rows = moves.map(({ from, to, count }) => [`    ${servedName(from)} → ${servedName(to)}`, String(count)]);
  return rows.length === 0 ? [head] : [head, table(rows)];
}

const servedName = (variant: string | null): string => (variant === null ? "the default" : printable(variant));

function warningLine({ code, message }: PreviewWarning, colours: Colours): string {
  const paint = GRAVE.has(code) ? colours.red : colours.yellow;
  return `  ${paint("!")} ${printable(message)}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
