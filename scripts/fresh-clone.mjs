/**
 * What a newcomer does: clones the repository, types `npm start`, and tries the commands that it prints, in another
 * terminal in the same folder. Then stops it with Ctrl-C, and starts it a second time.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./prepare.mjs";

const folder = mkdtempSync(join(tmpdir(), "bannerol-fresh-"));
const clone = join(folder, "clone");
const port = await freePort();
const env = environment();
let server;

try {
  execFileSync("git", ["clone", "--quiet", root, clone]);
  const first = await start();
  say(`the first start, installing and building, took ${seconds(first.tookMs)}`);
  tryCommands(first.output.text);
  const { mode } = statSync(join(clone, ".bannerol", "cli.json"));
  if ((mode & 0o777) !== 0o600) throw new Error(`cli.json has the mode ${(mode & 0o777).toString(8)}, not 600`);
  await stop();
  const second = await start();
  say(`the second start, from \`npm start\` to listening, took ${seconds(second.tookMs)}`);
  if (/bnr_token_/.test(second.output.text)) throw new Error("the second start printed the admin token again");
  tryCommands("  npx bannerol flag show new-checkout\n");
  await stop();
} catch (error) {
  say(`FAILED: ${error.stack}`);
  process.exitCode = 1;
} finally {
  if (server?.exitCode === null && server.signalCode === null) process.kill(-server.pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

/** Starts `npm start`; resolves once the server is ready. */
async function start() {
  const began = performance.now();
  const output = { text: "" };
  const child = spawn("npm", ["start"], { cwd: clone, env, stdio: ["ignore", "pipe", "inherit"], detached: true });
  server = child;
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.text += text;
  });
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output.text}`);
    if (performance.now() - began > 8 * 60_000) throw new Error("npm start did not come up within eight minutes");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { output, tookMs: performance.now() - began };
}

/** Ctrl-C reaches every process of the terminal. */
async function stop() {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  process.kill(-server.pid, "SIGINT");
  await ended;
  if (await fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined)) throw new Error("it went on after Ctrl-C");
}

function tryCommands(printed) {
  const commands = printed.split("\n").flatMap((line) => /^\s+(npx bannerol .+)$/.exec(line)?.[1] ?? []);
  if (commands.length === 0) throw new Error(`no command was printed:\n${printed}`);
  for (const command of commands) {
    const { status, stdout, stderr } = spawnSync(command, { cwd: clone, env, shell: true, encoding: "utf8" });
    if (status !== 0) throw new Error(`\`${command}\` ended with ${status}:\n${stdout}${stderr}`);
    say(`${command}\n${stdout.replace(/^/gm, "    ").trimEnd()}`);
  }
}

/** As in a terminal of somebody who has set nothing. */
function environment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(BANNEROL|npm_|DATABASE_URL|LOG_LEVEL|HOST$)/i.test(name),
  );
  return { ...Object.fromEntries(kept), PORT: String(port) };
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
