/**
 * Installs and builds what is missing, so that `npm start` and `npm test` each work on a clean clone as they stand.
 * Uses nothing but Node, since nothing is installed when it runs; does nothing, within milliseconds, when all is there.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, "node_modules", ".cache", "bannerol");

/** What must stand after a build. */
const built = ["packages/cli/dist/main.js", "packages/sdk-node/dist/index.js", "packages/sdk-browser/dist/index.js"];

export function prepare() {
  step(
    "install",
    () => fingerprintOfManifests(root),
    install,
    () => existsSync(join(root, "node_modules")),
  );
  step("build", fingerprintOfSources, build, () => built.every((file) => existsSync(join(root, file))));
}

/** What only the benchmarks need: other SDKs, in a package of their own beside the workspaces. */
export function prepareBench() {
  const folder = join(root, "test", "bench");
  const installBench = () => {
    say("installing the SDKs to compare with …");
    run(npm(), ["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"]);
  };
  step(
    "bench",
    () => fingerprintOfManifests(folder),
    installBench,
    () => existsSync(join(folder, "node_modules")),
  );
}

/** Runs `work` unless it ran for the same fingerprint before and `stands` still holds. */
function step(name, fingerprint, work, stands) {
  const stamp = join(stamps, name);
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && stands()) return;
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, wanted);
}

function install() {
  say("installing (the database driver compiles, which takes about a minute) …");
  run(npm(), ["ci", "--no-audit", "--no-fund"]);
}

function build() {
  say("building …");
  run(process.execPath, [
    join(root, "node_modules", "turbo", "bin", "turbo"),
    "run",
    "build",
    "--output-logs=errors-only",
  ]);
}

/** The lockfile says what is installed; the platform and Node's version what was compiled. */
function fingerprintOfManifests(folder) {
  const lock = readFileSync(join(folder, "package-lock.json"));
  return createHash("sha256")
    .update(lock)
    .update(`${process.platform} ${process.arch} ${process.version}`)
    .digest("hex");
}

function fingerprintOfSources() {
  const hash = createHash("sha256");
  for (const name of readdirSync(join(root, "packages")).sort()) {
    for (const file of filesBelow(join(root, "packages", name))) {
      const { mtimeMs, size } = statSync(file);
      hash.update(`${file}\0${mtimeMs}\0${size}\n`);
    }
  }
  return hash.digest("hex");
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !["node_modules", "dist", ".turbo"].includes(name) && !name.endsWith(".test.ts"))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

function npm() {
  return process.platform === "win32" ? "npm.cmd" : "npm";
}

function run(command, args) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", NO_UPDATE_NOTIFIER: "1" };
  // Standard output stays clean for what is being prepared.
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  say(`\`${command} ${args.join(" ")}\` failed${error ? `: ${error.message}` : ""}. The lines above say why.`);
  process.exit(status ?? 1);
}

function say(text) {
  process.stderr.write(`bannerol: ${text}\n`);
}
