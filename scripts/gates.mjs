/**
 * The gates of `.ci/run`: the tests, then what only looks, two at a time, then what measures, one after the other. Each
 * prints its time; a gate that fails does not keep the others from running. The last line counts gates and tests together.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./prepare.mjs";

const scratch = mkdtempSync(join(tmpdir(), "bannerol-gates-"));
const report = join(scratch, "tests.json");
const bin = (name) => join(root, "node_modules", ".bin", name);

/** What is installed or started before the tests: one that was skipped for want of it is one that failed. */
const needed = /PostgreSQL|Chromium|nginx|haproxy|Caddy|Prometheus|strace|workerd|edge-runtime/i;

const tests = [
  "tests",
  process.execPath,
  [
    join(root, "scripts", "postgres.mjs"),
    ...["npm", "test", "--", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  ],
];

/** The longest come first, so that none is left to run alone at the end. */
const looking = [
  ["a fresh clone", process.execPath, [join(root, "scripts", "fresh-clone.mjs")]],
  ["types", "npm", ["run", "types"]],
  ["mutation, short form", "npm", ["run", "mutation", "--", "--short"]],
  ["fuzzing, short form", "npm", ["run", "fuzz", "--", "--runs", "1000", "--minutes", "5", "--seed", "1"]],
  ["the judge of releases by simulation, short form", "npm", ["run", "bench:judge"]],
  ["lint", bin("biome"), ["ci", "--error-on-warnings", "."]],
  ["unused files, exports and dependencies", bin("knip"), []],
  ["package sdk-node", bin("publint"), ["run", "packages/sdk-node", "--strict"]],
  ["types of package sdk-node", bin("attw"), ["--pack", "packages/sdk-node", "--profile", "node16"]],
  ["package sdk-browser", bin("publint"), ["run", "packages/sdk-browser", "--strict"]],
  ["types of package sdk-browser", bin("attw"), ["--pack", "packages/sdk-browser", "--profile", "esm-only"]],
  ["package cli", bin("publint"), ["run", "packages/cli", "--strict"]],
  ["sizes in a page", "npm", ["run", "sizes"]],
];

const measuring = [
  ["benchmarks, short form", "npm", ["run", "bench", "--", "--short"]],
  ["benchmarks of delivery, short form", "npm", ["run", "bench:delivery", "--", "--short"]],
  ["benchmarks in a browser, short form", "npm", ["run", "bench:browser", "--", "--short"]],
  ["types of the benchmarks", bin("tsc"), ["-p", join(root, "test", "bench")]],
];

// What tests ask of the machine beside PostgreSQL: one traces what a process writes, and cuts its power; one shows pages; one
// keeps metrics; the others stand before a server.
const programs = {
  strace: "-V",
  chromium: "--version",
  nginx: "-v",
  haproxy: "-v",
  caddy: "version",
  prometheus: "--version",
};
const missing = Object.keys(programs).filter((name) => spawnSync(name, [programs[name]]).error !== undefined);
if (missing.length > 0) {
  spawnSync("apt-get", ["update"], { stdio: "ignore" });
  spawnSync("apt-get", ["install", "--yes", ...missing], { stdio: "inherit" });
}

// Runtimes of edges, beside the workspaces since one weighs 155 MB. Where they cannot be had, their tests are skipped.
const runtimes = ["ci", "--prefix", join(root, "test", "runtimes"), "--ignore-scripts", "--no-audit", "--no-fund"];
spawnSync("npm", runtimes, { stdio: "inherit" });

const testsPassed = await runGate(tests);
const outcomes = [...(await runGates(looking, 2)), ...(await runGates(measuring, 1))];
const counted = readTests();
rmSync(scratch, { recursive: true, force: true });

// The tests' own gate is counted by its tests, unless it failed without one of them having failed.
const testsBroke = (testsPassed ? 0 : Math.max(1, counted.failed)) + counted.skipped.length;
for (const name of counted.skipped) process.stdout.write(`skipped, which counts as a failure here: ${name}\n`);
for (const { name, passed } of outcomes) if (!passed) process.stdout.write(`failed: ${name}\n`);
const passed = counted.passed + outcomes.filter((gate) => gate.passed).length;
const failed = testsBroke + outcomes.filter((gate) => !gate.passed).length;
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && counted.passed > 0 ? 0 : 1);

/** In order, so many at once. */
async function runGates(gates, atOnce) {
  const waiting = [...gates];
  const outcomes = [];
  const work = async () => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      outcomes.push({ name: gate[0], passed: await runGate(gate, atOnce > 1) });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

/** Whether it passed. What it prints is `kept` until it has ended where another prints meanwhile. */
function runGate([name, command, args], kept = false) {
  const started = Date.now();
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", CI: "true" };
  const out = kept ? "pipe" : "inherit";
  const title = `\n── ${name}\n`;
  if (!kept) process.stdout.write(title);
  const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", out, out] });
  const chunks = [Buffer.from(title)];
  if (kept) for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    const end = (passed, why) => {
      if (kept) process.stdout.write(Buffer.concat(chunks));
      const seconds = Math.round((Date.now() - started) / 1000);
      process.stdout.write(`── ${name}: ${passed ? "passed" : `FAILED${why}`} in ${seconds} s\n`);
      resolve(passed);
    };
    child.once("error", (error) => end(false, ` (${error.message})`));
    child.once("close", (status) => end(status === 0, ""));
  });
}

function readTests() {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    const skipped = all.filter(({ status }) => status !== "passed" && status !== "failed");
    const names = skipped.map(({ fullName }) => fullName);
    return { passed: numPassedTests, failed: numFailedTests, skipped: names.filter((name) => needed.test(name)) };
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
}
