import type { ParallelOfRevision, ParallelReport } from "@bannerol/protocol/schemas";
import { type Action, openSession } from "../call.ts";
import type { Colours } from "../output/colour.ts";
import { printable } from "../output/printable.ts";
import { table } from "../output/table.ts";

/** What came of running a new way beside the old one. */
export const parallel: Action = async (call) => {
  const { admin, project, environment } = await openSession(call);
  const name = { project, flag: call.words.argument("flag"), environment: environment() };
  const { body } = await admin.targeting.parallel(name);
  return {
    document: body,
    text: (colours) => reportText(body, colours),
    ...(body.items.length === 0 && {
      notes: [`No parallel run of ${name.flag} in ${name.environment} has been told of. See parallelRun of the SDK.`],
    }),
  };
};

function reportText({ items }: ParallelReport, colours: Colours): string {
  return items.map((item) => revisionText(item, colours)).join("\n\n");
}

function revisionText(item: ParallelOfRevision, colours: Colours): string {
  const { revision, runs, matches, mismatches, errors, timeouts, skipped } = item;
  const head = colours.bold(`revision ${revision}`) + colours.dim(`, last run ${item.lastAt}`);
  const differ = mismatches === 0 ? colours.green("no mismatch") : colours.red(`${mismatches} mismatches`);
  const counts = [
    `${runs} runs`,
    `${matches} matches`,
    `${differ}${runs === 0 ? "" : ` (${round((100 * mismatches) / runs)} %)`}`,
    ...nonZero([
      [errors.candidate, "errors of the candidate"],
      [errors.control, "errors of the control"],
      [timeouts, "time-outs"],
      [skipped, "skipped"],
    ]),
  ];
  return [head, counts.join(", "), ...timeLines(item), ...namedLines(item, colours)].join("\n");
}

function nonZero(counts: readonly (readonly [number, string])[]): readonly string[] {
  return counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
}

function timeLines({ control, candidate }: ParallelOfRevision): readonly string[] {
  const rows = Object.entries({ control, candidate }).flatMap(([name, times]) =>
    times === undefined ? [] : [[name, ...[times.p50, times.p95, times.p99].map((ms) => `${round(ms)} ms`)]],
  );
  return rows.length === 0 ? [] : [table([["", "p50", "p95", "p99"], ...rows])];
}

function namedLines({ signatures, ignored }: ParallelOfRevision, colours: Colours): readonly string[] {
  const rows = [
    ...signatures.map(({ name, count }) => [String(count).padStart(8), printable(name)]),
    ...ignored.map(({ name, count }) => [String(count).padStart(8), colours.dim(`${printable(name)} (ignored)`)]),
  ];
  return rows.length === 0 ? [] : [table(rows)];
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
