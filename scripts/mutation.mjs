/**
 * `npm run mutation [-- --short | -- area …]`: changes `core` in thousands of small ways, one at a time, and fails
 * where the tests notice fewer than 90 of 100. Area by area: the mutants of one face the tests beside them, and those
 * that ask the whole evaluator, so that none waits for tests that say nothing about it. `--short` is for every change;
 * the whole takes tens of minutes. What lives is looked at in `docs/explanation/mutation.md`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./prepare.mjs";

const report = join(root, "reports", "mutation", "mutation.json");
const source = "packages/core/src";
const evaluator = [
  "compile/answers.test.ts",
  "evaluate/oracle.test.ts",
  "evaluate/conditions.test.ts",
  "evaluate/evaluate.test.ts",
  "evaluate/explain-steps.test.ts",
];

/** By name: what is mutated, and what it faces. */
const areas = new Map([
  ["operators", { mutate: ["operators/*.ts"], tests: ["operators/*.test.ts", "evaluate/conditions.test.ts"] }],
  [
    "check",
    {
      mutate: ["check/*.ts", "references.ts"],
      tests: [
        "check/*.test.ts",
        "references.test.ts",
        "file-form.test.ts",
        "ruleset*.test.ts",
        "compile/ruleset.test.ts",
      ],
    },
  ],
  [
    "allocate",
    {
      mutate: ["allocate.ts", "bucket-ranges.ts", "shift-layout.ts", "lay-out.ts"],
      tests: ["allocate*.test.ts", "lay-out.test.ts", "file-form.test.ts"],
    },
  ],
  ["patch", { mutate: ["patch/*.ts", "json.ts"], tests: ["patch/*.test.ts", "json.test.ts", "check/flag.test.ts"] }],
  [
    "documents",
    {
      mutate: ["documents/*.ts", "ruleset.ts", "file-form.ts", "attributes.ts"],
      tests: ["documents/*.test.ts", "ruleset*.test.ts", "file-form.test.ts", "attributes.test.ts", ...evaluator],
    },
  ],
  ["hash", { mutate: ["hash.ts", "bucket.ts"], tests: ["hash*.test.ts", "bucket.test.ts"] }],
  // A million keys say nothing that a thousand do not, and say it for an hour.
  ["lists", { mutate: ["lists/*.ts"], tests: ["lists/!(million-keys).test.ts"] }],
  [
    "compile",
    {
      mutate: [
        "compile/attribute-test.ts",
        "compile/branch.ts",
        "compile/compile-flag.ts",
        "compile/condition.ts",
        "compile/outcomes.ts",
        "compile/program.ts",
        "compile/segment.ts",
        "compile/serve.ts",
        "compile/shared-attribute.ts",
      ],
      tests: [
        ...evaluator,
        "compile/graph.test.ts",
        "compile/ruleset.test.ts",
        "compile/serve.test.ts",
        "compile/shared-attribute.test.ts",
        "evaluate/explain.test.ts",
        "evaluate/hostile-context.test.ts",
        "evaluate/place.test.ts",
        "lists/segment-lists.test.ts",
      ],
    },
  ],
  [
    "graph",
    {
      mutate: ["compile/affected.ts", "compile/graph.ts", "compile/lazy-*.ts", "compile/ruleset.ts"],
      tests: [
        ...evaluator,
        "compile/graph.test.ts",
        "compile/ruleset.test.ts",
        "compile/shared-attribute.test.ts",
        "documents/ruleset-text.test.ts",
        "evaluate/hostile-context.test.ts",
        "evaluate/place.test.ts",
        "lists/segment-lists.test.ts",
      ],
    },
  ],
  [
    "evaluate",
    {
      mutate: ["evaluate/*.ts"],
      tests: ["evaluate/evaluate.test.ts", "evaluate/explain*.test.ts", "evaluate/place.test.ts"],
    },
  ],
]);
const shortAreas = ["patch", "hash"];

const given = process.argv.slice(2);
const asked = given.includes("--short") ? shortAreas : given.filter((name) => areas.has(name));
const outcomes = (asked.length > 0 ? asked : [...areas.keys()]).map(measure);
for (const { name, score } of outcomes) process.stdout.write(`${name.padEnd(12)} ${score}\n`);
process.exit(outcomes.every(({ passed }) => passed) ? 0 : 1);

function measure(name) {
  const { mutate, tests } = areas.get(name);
  const paths = mutate.map((path) => `${source}/${path}`);
  const env = {
    ...process.env,
    MUTATION_TESTS: tests.map((path) => `${source}/${path}`).join(),
    NO_COLOR: "1",
  };
  const stryker = join(root, "node_modules", ".bin", "stryker");
  const args = ["run", "--mutate", [...paths, "!**/*.test.ts"].join()];
  rmSync(report, { force: true });
  const { status } = spawnSync(stryker, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env });
  return { name, passed: status === 0, score: scoreOf() };
}

function scoreOf() {
  if (!existsSync(report)) return "not measured: the tests failed before anything was changed";
  const { files } = JSON.parse(readFileSync(report, "utf8"));
  const states = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...wanted) => states.filter((status) => wanted.includes(status)).length;
  const noticed = count("Killed", "Timeout");
  const all = noticed + count("Survived", "NoCoverage");
  return `${noticed} of ${all} noticed, ${((100 * noticed) / all).toFixed(1)} %`;
}
