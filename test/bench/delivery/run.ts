/**
 * `npm run bench:delivery [-- --short] [-- --connections 10000]`: what it costs to bring changes to everybody, beside a
 * floor that was measured in the same run. Absolute figures belong to a machine; the ratios are what counts.
 */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { tableOf } from "../table.ts";
import { amountsOf } from "./amounts.ts";
import { measureCrowds } from "./crowds.ts";
import { measureEventLoop } from "./event-loop.ts";
import { putFlags } from "./flags.ts";
import { Processes } from "./processes.ts";
import { Product } from "./product.ts";
import { measureRulesets } from "./rulesets.ts";
import { measureStartUp } from "./start-up.ts";
import {
  fanOutTable,
  loopTable,
  memoryTable,
  ratesTable,
  recoveryTable,
  startTable,
  type Table,
  wireTable,
} from "./tables.ts";
import { measureWire } from "./wire.ts";

const { values } = parseArgs({
  options: { short: { type: "boolean", default: false }, connections: { type: "string" } },
});
const { short } = values;
const connections = values.connections === undefined ? undefined : Number(values.connections);
if (connections !== undefined && !(Number.isSafeInteger(connections) && connections > 0)) {
  console.error("Give --connections a whole number from 1.");
  process.exit(2);
}
const { crowds: sizes, flags, starts, ruleset, keys } = amountsOf({ short, ...(connections && { connections }) });

console.log(
  `Node ${process.version} on ${cpus()[0]?.model ?? "an unknown processor"}, ${availableParallelism()} cores`,
);
if (short) console.log("The short form: few rounds, so the figures are rough.");

const processes = new Processes();
const { crowds, recovery } = await measureCrowds(processes, sizes);
print(memoryTable(crowds));
print(fanOutTable(crowds));
print(recoveryTable(sizes.at(-1)?.connections ?? 0, recovery));

const small = await Product.start(processes);
await putFlags(small, ruleset.flags);
print(ratesTable(ruleset.flags, await measureRulesets(processes, small, ruleset)));
await small.kill();

const large = await Product.start(processes);
await putFlags(large, flags);
print(wireTable(flags, await measureWire(large, flags)));
// Before there is a list, which would be kept and read beside the flags.
print(startTable(flags, await measureStartUp(processes, large, { flags, rounds: starts })));
await large.start();
print(loopTable({ flags, keys }, await measureEventLoop(processes, large, { flags, keys })));
process.exit();

function print({ topic, head, rows }: Table): void {
  console.log(`\n${topic}\n\n${tableOf(head, rows)}`);
}
