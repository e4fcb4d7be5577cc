/**
 * `npm run fuzz [-- --runs 100000] [--minutes 60] [--seed 64]`: the tests that throw hostile contexts and rulesets at `core`,
 * compare it with a plain reading of the model, and ask a server at random, many more times than `npm test` does. A failure
 * prints the seed and the smallest case found. What takes longer than `--minutes` counts as a stall, and is ended.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./prepare.mjs";

const suites = [
  "packages/core/src/evaluate/oracle.test.ts",
  "packages/core/src/evaluate/hostile-context.test.ts",
  "packages/core/src/compile/hostile-ruleset.test.ts",
  "packages/server/src/http/random-requests.test.ts",
];

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const [runs, minutes, seed] = [values.runs, values.minutes, values.seed].map(Number);
if (!Number.isSafeInteger(runs) || runs < 1 || !(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write("Give --runs a whole number from 1, --minutes a number above 0, and --seed a whole number.\n");
  process.exit(2);
}

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const { status, error } = spawnSync(
  process.execPath,
  [vitest, "run", "--project", "unit", "--testTimeout", "0", "--fileParallelism=false", ...suites],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, FUZZ_RUNS: String(runs), FUZZ_SEED: String(seed) },
    timeout: minutes * 60_000,
    killSignal: "SIGKILL",
  },
);
if (error !== undefined)
  process.stderr.write(`After ${minutes} minutes the fuzzing was ended: a stall, or too many runs.\n`);
process.exit(status ?? 1);
