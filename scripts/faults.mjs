/**
 * `node scripts/faults.mjs [--kills 1000] [--images 10000] [--changes 1000] [--clients 10000] [--seconds 300] [--releases 6]
 * [--seed 7] [--minutes 120] [names …]`: the tests of `test/faults` with many more kills, power-loss images, changes and
 * clients than `npm test` takes, and hostile servers met for so many seconds. Names choose test files, as in
 * `kills-sqlite`. PostgreSQL is found or started as `scripts/postgres.mjs` says.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepare, root } from "./prepare.mjs";

const amounts = {
  kills: "1000",
  images: "10000",
  changes: "1000",
  clients: "10000",
  seconds: "300",
  releases: "6",
  seed: "",
  minutes: "120",
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(
    Object.entries(amounts).map(([name, value]) => [name, { type: "string", default: value }]),
  ),
});
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9][0-9]{0,8}$/.test(value) || (name === "seed" && value === "")) continue;
  process.stderr.write(`Give --${name} a whole number from 1.\n`);
  process.exit(2);
}

prepare();
const { minutes, ...given } = values;
const variables = Object.entries(given).map(([name, value]) => [`FAULT_${name.toUpperCase()}`, value]);
const vitest = [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--project", "faults", "--testTimeout", "0"];
const { status, error } = spawnSync(
  process.execPath,
  [join(root, "scripts", "postgres.mjs"), process.execPath, ...vitest, ...positionals],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...Object.fromEntries(variables) },
    timeout: Number(minutes) * 60_000,
    killSignal: "SIGTERM",
  },
);
if (error !== undefined)
  process.stderr.write(`After ${minutes} minutes the attack was ended: a stall, or too much of it.\n`);
process.exit(status ?? 1);
