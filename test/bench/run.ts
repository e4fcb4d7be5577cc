/**
 * `npm run bench [-- --short]`: measures, and prints every figure beside a floor and beside other SDKs measured in the
 * same run. Absolute figures belong to a machine; the ratios are what counts.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { Measured } from "./child.ts";
import { type BySubject, measureScenarios, measureStarts } from "./evaluation.ts";
import { measureLists } from "./lists.ts";
import { measureSteps } from "./steps.ts";
import { peers, type SubjectName, subjects } from "./subject.ts";
import { shortNumber, tableOf } from "./table.ts";

const { values } = parseArgs({ options: { short: { type: "boolean", default: false } } });

console.log(`Node ${process.version} on ${cpus()[0]?.model ?? "an unknown processor"}, ${cpus().length} cores`);
if (values.short) console.log("The short form: few rounds, so the figures are rough.");

const steps = await measureSteps(values.short ? 5 : 31);
print(
  "single steps",
  ["", "ns", "bytes"],
  steps.map(([step, cost]) => [step, ns(cost), bytes(cost)]),
);

const evaluations = await measureScenarios(values.short);
const evaluationRows = [...evaluations].map(([title, measured]) => [
  title,
  ...subjects.map((name) => cellOf(measured.get(name))),
  ratio(measured, "bannerol-by-key"),
  ratio(measured, "bannerol-by-handle"),
]);
print("evaluation: ns / bytes for each call", ["", ...subjects, "× by key", "× by handle"], evaluationRows);

const starts = await measureStarts(values.short);
print(
  "5,000 flags of 3 rules, cold",
  ["", "raw JSON to first answer, ms", "each flag once, ms", "heap after that, MiB"],
  [...starts].map(([name, start]) => [
    name.replace("-by-key", ""),
    ...(start === undefined
      ? ["fails"]
      : [start.firstMs, start.eachMs, start.heapMiB].map((value) => value.toFixed(1))),
  ]),
);

print("a list of 1,000,000 keys", ["", "", ""], await measureLists(values.short ? 5 : 31));

for (const failure of ourFailures()) {
  console.error(`\n${failure}`);
  process.exitCode = 1;
}
process.exit();

function print(topic: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n${topic}\n\n${tableOf(head, rows)}`);
}

function cellOf(measured: Measured | undefined): string {
  if (measured === undefined || "failed" in measured) return "fails";
  return `${ns(measured)} / ${bytes(measured)}`;
}

function ns({ nanoseconds }: { readonly nanoseconds: number }): string {
  return shortNumber(nanoseconds);
}

function bytes({ bytes: count }: { readonly bytes: number | undefined }): string {
  return count === undefined ? "?" : count.toLocaleString("en");
}

/** How many times faster than the fastest peer. */
function ratio(measured: BySubject<Measured>, name: SubjectName): string {
  const fastest = Math.min(...peers.map((peer) => nanosecondsOf(measured.get(peer)) ?? Number.POSITIVE_INFINITY));
  return (fastest / (nanosecondsOf(measured.get(name)) ?? Number.NaN)).toFixed(1);
}

function nanosecondsOf(measured: Measured | undefined): number | undefined {
  return measured === undefined || "failed" in measured ? undefined : measured.nanoseconds;
}

/** A peer may fail; what is ours may not: a wrong answer is never timed. */
function ourFailures(): readonly string[] {
  return [...evaluations].flatMap(([title, measured]) =>
    subjects.slice(0, 3).flatMap((name) => {
      const found = measured.get(name);
      return found !== undefined && "failed" in found ? [`${name}, ${title}: ${found.failed}`] : [];
    }),
  );
}
