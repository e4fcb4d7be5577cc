/**
 * `node scripts/postgres.mjs command …` runs a command for which `BANNEROL_TEST_POSTGRES` names a PostgreSQL: the one
 * that it names already, one that runs on this machine and lets us in, or one that is started for this and gone
 * afterwards. Where none can be had it says why, and runs the command without: the tests then say what they skip.
 */
import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VARIABLE = "BANNEROL_TEST_POSTGRES";
const isRoot = process.getuid?.() === 0;

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));

async function main([command, ...args]) {
  if (command === undefined) {
    say("name a command to run, as in: node scripts/postgres.mjs npm test");
    return 2;
  }
  const database = await findOrStart();
  // A signal of the terminal reaches the command too; what was started here is stopped once it has ended.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
  try {
    return await run(command, args, database && { [VARIABLE]: database.url });
  } finally {
    database?.stop();
  }
}

/** `{url, stop}`, or `undefined` where there is none to be had. */
async function findOrStart() {
  const named = process.env[VARIABLE];
  if (named) return { url: named, stop: () => undefined };
  const running = ["test", "postgres"].map((name) => `postgres://postgres@127.0.0.1:5432/${name}`).find(answers);
  if (running !== undefined) return { url: running, stop: () => undefined };
  const programs = findPrograms() ?? (install() ? findPrograms() : undefined);
  if (programs !== undefined) return await startCluster(programs);
  say("no PostgreSQL runs on 127.0.0.1:5432 and none is installed, so its tests will be skipped");
  return undefined;
}

function answers(url) {
  const asked = spawnSync("psql", ["--no-psqlrc", "--no-password", "--command", "SELECT 1", url], { stdio: "ignore" });
  return asked.status === 0;
}

/** The folder of the newest `initdb`, where Debian, PGDG and Homebrew put it, or on the path. */
export function findPrograms() {
  const versions = ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt"].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => folder === "/usr/lib/postgresql" || /^(pgsql-|postgresql@)\d+$/.test(name))
          .map((name) => ({ version: Number(/\d+/.exec(name)?.[0]), programs: join(folder, name, "bin") }))
      : [],
  );
  versions.sort((a, b) => b.version - a.version);
  const onPath = (process.env.PATH ?? "").split(":").map((programs) => ({ programs }));
  return [...versions, ...onPath].find(({ programs }) => existsSync(join(programs, "initdb")))?.programs;
}

/** Whether Debian's package is there now. */
function install() {
  if (!isRoot || spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0) return false;
  say("installing PostgreSQL …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const quiet = { env, stdio: ["ignore", "ignore", 2] };
  spawnSync("apt-get", ["update", "-qq"], quiet);
  const { status } = spawnSync("apt-get", ["install", "-qq", "-y", "--no-install-recommends", "postgresql"], quiet);
  return status === 0;
}

/**
 * A cluster of its own in a folder that is gone when it is stopped. `crash` ends all of its processes at once, by
 * SIGKILL; `start` starts it again. `folder` is its owner's.
 */
export async function startCluster(programs) {
  const folder = mkdtempSync(join(tmpdir(), "bannerol-postgres-"));
  const stop = () => {
    asOwner(programs, ["pg_ctl", "-D", join(folder, "data"), "-m", "immediate", "-s", "stop"]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    giveToOwner(folder);
    const port = await freePort();
    const data = join(folder, "data");
    must(asOwner(programs, ["initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]));
    // Its machine's power is not cut in these tests, and a commit that waits for no disk is a fast one.
    const settings = {
      listen_addresses: "127.0.0.1",
      unix_socket_directories: folder,
      max_connections: 200,
      fsync: "off",
    };
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    const log = join(folder, "log");
    const command = ["pg_ctl", "-D", data, "-l", log, "-w", "-s", "-o", `-p ${port} ${options.join(" ")}`, "start"];
    const start = () => must(asOwner(programs, command), () => (existsSync(log) ? readFileSync(log, "utf8") : ""));
    start();
    const crash = () => {
      const lock = join(data, "postmaster.pid");
      killAll(Number(readFileSync(lock, "utf8").split("\n")[0]));
      // The number may still be taken, by what is left of the process that was killed.
      for (const file of [lock, join(folder, `.s.PGSQL.${port}.lock`)]) rmSync(file, { force: true });
    };
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, folder, start, crash, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** PostgreSQL refuses to run as root: then its own user does. */
function asOwner(programs, [program, ...args]) {
  const path = join(programs, program);
  const [command, ...rest] = isRoot ? ["runuser", "-u", "postgres", "--", path, ...args] : [path, ...args];
  return spawnSync(command, rest, { cwd: "/", encoding: "utf8" });
}

/** A process and those that it started; the parent first, so that it starts no more. */
function killAll(parent) {
  const listed = spawnSync("ps", ["-o", "pid=", "--ppid", String(parent)], { encoding: "utf8" }).stdout;
  for (const pid of [parent, ...listed.split("\n").map(Number).filter(Boolean)]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

export function giveToOwner(folder) {
  if (!isRoot) return;
  const id = (option) => Number(spawnSync("id", [option, "postgres"], { encoding: "utf8" }).stdout);
  chownSync(folder, id("-u"), id("-g"));
}

function must({ status, stderr, error }, more = () => "") {
  if (status !== 0) throw new Error(`PostgreSQL could not be started: ${error ?? stderr}${more()}`);
}

function run(command, args, more) {
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...more } });
  return new Promise((resolve) => {
    child.once("error", (error) => {
      say(error.message);
      resolve(127);
    });
    child.once("exit", (code, signal) => resolve(signal === null ? code : 1));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function say(text) {
  process.stderr.write(`postgres: ${text}\n`);
}
