/**
 * `npm run simulate -- [--seeds 10000] [--from 1] [--minutes 60] [--workers 2] [--kind page]`: runs simulated histories
 * of a client among faults, connected as a process or as a page, one process for each core unless told otherwise, until
 * one breaks an invariant. Prints its seed, and what happened in the shortest form of it that was found. Ends with 1
 * then, and with 3 where the time was up before the seeds.
 */
import { spawn } from "node:child_process";
import os from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { root } from "./prepare.mjs";

const defaults = { seeds: "10000", from: "1", minutes: "60", workers: String(os.availableParallelism()) };
const {
  values: { kind, ...values },
} = parseArgs({
  options: Object.fromEntries(
    Object.entries({ ...defaults, kind: "process" }).map(([name, value]) => [name, { type: "string", default: value }]),
  ),
});
if (!["process", "page"].includes(kind)) {
  process.stderr.write("Give --kind process, or page.\n");
  process.exit(2);
}
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9][0-9]{0,9}$/.test(value)) continue;
  process.stderr.write(`Give --${name} a whole number from 1.\n`);
  process.exit(2);
}
const [seeds, from, minutes, workers] = ["seeds", "from", "minutes", "workers"].map((name) => Number(values[name]));
const until = Date.now() + minutes * 60_000;
const began = performance.now();
const ran = new Array(workers).fill(0);
const children = [];
let failed = false;

const total = () => ran.reduce((sum, each) => sum + each, 0);
const seconds = () => (performance.now() - began) / 1_000;

function told(worker, { ran: count, seed, violation, trace = [] }) {
  ran[worker] = count;
  if (violation === undefined || failed) return;
  failed = true;
  process.stdout.write(`\nSeed ${seed} fails. ${violation}\n\n${trace.join("\n")}\n\n`);
  for (const child of children) child.kill();
}

function run(worker) {
  const args = [from + worker, from + seeds, workers, until, kind].map(String);
  const flags = ["--conditions=@bannerol/source", "--import", "tsx"];
  const child = spawn(process.execPath, [...flags, join(root, "test", "simulation", "worker.ts"), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  createInterface({ input: child.stdout }).on("line", (line) => told(worker, JSON.parse(line)));
  return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
}

const progress = setInterval(() => process.stderr.write(`${total()} of ${seeds} seeds\n`), 10_000);
const codes = await Promise.all(Array.from({ length: workers }, (_, worker) => run(worker)));
clearInterval(progress);
process.stdout.write(
  `${total()} seeds from ${from} in ${seconds().toFixed(0)} s: ${failed ? "one fails" : "none fails"}.\n`,
);
if (failed || codes.some((code) => code !== 0)) process.exitCode = 1;
else if (total() < seeds) process.exitCode = 3;
