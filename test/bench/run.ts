/**
 * `npm run bench [-- --short]`: measures, and prints every figure beside a floor measured in the same run. Absolute
 * figures belong to a machine; the ratios are what counts.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measureEvaluation } from "./evaluation.ts";
import { measurePropagation } from "./propagation.ts";

const { values } = parseArgs({ options: { short: { type: "boolean", default: false } } });

console.log(`Node ${process.version} on ${cpus()[0]?.model ?? "an unknown processor"}, ${cpus().length} cores\n`);

const rows = await measureEvaluation(values.short ? 5 : 31);
const [empty, , library, ours] = rows.map(({ nanoseconds }) => nanoseconds);
console.log("evaluation                                   ns/call   × empty   × murmur3   bytes/call");
for (const { name, nanoseconds, bytes } of rows) {
  const cells = [
    nanoseconds.toFixed(1).padStart(8),
    (nanoseconds / (empty ?? 1)).toFixed(1).padStart(9),
    (nanoseconds / (ours ?? 1)).toFixed(2).padStart(11),
    String(bytes).padStart(12),
  ];
  console.log(`${name.padEnd(43)} ${cells.join(" ")}`);
}
console.log(`our murmur3 takes ${((ours ?? 0) / (library ?? 1)).toFixed(2)} of the library's time\n`);

console.log("from a change being sent                 p50 ms    p99 ms    max ms");
for (const clients of values.short ? [20] : [20, 200, 1_000]) {
  const { acknowledged, applied, broadcast } = await measurePropagation(clients, values.short ? 5 : 30);
  const measured = { "change acknowledged": acknowledged, "change applied": applied, "bare ws broadcast": broadcast };
  for (const [name, { p50, p99, max }] of Object.entries(measured)) {
    const cells = [p50, p99, max].map((ms) => ms.toFixed(1).padStart(9));
    console.log(`${`${name}, ${clients} clients`.padEnd(36)}${cells.join(" ")}`);
  }
}
process.exit(0);
