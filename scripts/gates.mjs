/**
 * The gates of `.ci/run`, one after the other: the tests, then what is slower. Each prints its time; a gate that fails
 * does not keep the others from running. The last line counts gates and tests together.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./prepare.mjs";

const scratch = mkdtempSync(join(tmpdir(), "bannerol-gates-"));
const report = join(scratch, "tests.json");
const bin = (name) => join(root, "node_modules", ".bin", name);

/** What is installed or started before the tests: one that was skipped for want of it is one that failed. */
const needed = /PostgreSQL|Chromium|nginx|haproxy|Caddy|Prometheus|strace/i;

const gates = [
  [
    "tests",
    process.execPath,
    [
      join(root, "scripts", "postgres.mjs"),
      ...["npm", "test", "--", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    ],
  ],
  ["lint", bin("biome"), ["ci", "--error-on-warnings", "."]],
  ["types", bin("turbo"), ["run", "types", "--output-logs=errors-only"]],
  ["unused files, exports and dependencies", bin("knip"), []],
  ["package sdk-node", bin("publint"), ["run", "packages/sdk-node", "--strict"]],
  ["types of package sdk-node", bin("attw"), ["--pack", "packages/sdk-node", "--profile", "node16"]],
  ["package sdk-browser", bin("publint"), ["run", "packages/sdk-browser", "--strict"]],
  ["types of package sdk-browser", bin("attw"), ["--pack", "packages/sdk-browser", "--profile", "esm-only"]],
  ["package cli", bin("publint"), ["run", "packages/cli", "--strict"]],
  ["a fresh clone", process.execPath, [join(root, "scripts", "fresh-clone.mjs")]],
  ["fuzzing, short form", "npm", ["run", "fuzz", "--", "--runs", "1000", "--minutes", "5"]],
  ["mutation, short form", "npm", ["run", "mutation", "--", "--short"]],
  ["benchmarks, short form", "npm", ["run", "bench", "--", "--short"]],
  ["benchmarks of delivery, short form", "npm", ["run", "bench:delivery", "--", "--short"]],
  ["the judge of releases by simulation, short form", "npm", ["run", "bench:judge"]],
  ["sizes in a page", "npm", ["run", "sizes"]],
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

const outcomes = gates.map(([name, command, args]) => {
  const started = Date.now();
  process.stdout.write(`\n── ${name}\n`);
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", CI: "true" };
  const { status } = spawnSync(command, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  process.stdout.write(
    `── ${name}: ${status === 0 ? "passed" : "FAILED"} in ${Math.round((Date.now() - started) / 1000)} s\n`,
  );
  return { name, passed: status === 0 };
});

const tests = readTests();
rmSync(scratch, { recursive: true, force: true });

// The tests' own gate is counted by its tests, unless it failed without one of them having failed.
const others = outcomes.filter(({ name }) => name !== "tests");
const testsBroke = (outcomes[0].passed ? 0 : Math.max(1, tests.failed)) + tests.skipped.length;
for (const name of tests.skipped) process.stdout.write(`skipped, which counts as a failure here: ${name}\n`);
const passed = tests.passed + others.filter((gate) => gate.passed).length;
const failed = testsBroke + others.filter((gate) => !gate.passed).length;
for (const { name } of outcomes.filter((gate) => !gate.passed)) process.stdout.write(`failed: ${name}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && tests.passed > 0 ? 0 : 1);

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
