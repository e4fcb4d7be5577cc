/** Real processes for whole-system tests: servers, applications with an SDK, and the command line. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "..", "..");
export const bannerol = join(root, "packages", "cli", "bin", "bannerol.js");

/** What a test's processes may know of the machine: no BANNEROL_… variable, no colours, no settings of the user. */
function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const { PATH, TMPDIR } = process.env;
  return { PATH, TMPDIR, HOME: home, XDG_CONFIG_HOME: join(home, "config"), XDG_CACHE_HOME: join(home, "cache") };
}

export interface LocalSettings {
  readonly url: string;
  readonly token: string;
  readonly keys: { readonly [environment: string]: string };
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own, a server in it, and everything that was started with it; `end` stops and removes all. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), "bannerol-e2e-"));
  readonly #children = new Set<ChildProcess>();
  #server: ChildProcess | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get settings(): LocalSettings {
    return JSON.parse(readFileSync(join(this.folder, ".bannerol", "cli.json"), "utf8"));
  }

  key(environment = "production"): string {
    const key = this.settings.keys[environment];
    if (key === undefined) throw new Error(`cli.json holds no key of ${environment}`);
    return key;
  }

  /** Starts `bannerol dev` in the folder, at the same port each time, and waits until it is ready. */
  async startServer(env: NodeJS.ProcessEnv = {}): Promise<void> {
    this.#port ||= await freePort();
    const child = this.#spawn(process.execPath, [bannerol, "dev", "--port", String(this.#port)], { env });
    this.#server = child;
    const output = collect(child);
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the server ended:\n${output.stdout}${output.stderr}`);
      return (await fetch(`${this.url}/readyz`).catch(() => undefined))?.ok === true;
    });
  }

  /** Ends the server by a signal; resolves with its exit code, null where the signal ended it. */
  async stopServer(signal: NodeJS.Signals): Promise<number | null> {
    const server = this.#server;
    if (server === undefined) throw new Error("no server was started");
    const code = exitOf(server);
    server.kill(signal);
    return await code;
  }

  /** Runs the command line in the folder, to its end. */
  async bannerol(
    args: readonly string[],
    input?: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string },
  ): Promise<CommandResult> {
    const child = this.#spawn(process.execPath, [bannerol, ...args], input);
    const output = collect(child);
    const code = await exitOf(child);
    return { code, ...output };
  }

  /** The same with `--json`, for commands that must succeed. */
  async json<T = Record<string, unknown>>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.bannerol([...args, "--json"]);
    if (code !== 0) throw new Error(`bannerol ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
    return JSON.parse(stdout);
  }

  /** A call of the admin API with the admin's token. */
  async api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.settings.token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  /** An application with an SDK in a process of its own. `cache` is a folder below this world's, or none. */
  application(options: { readonly key?: string; readonly cache?: string } = {}): Application {
    const cache = options.cache === undefined ? false : join(this.folder, options.cache);
    const input = JSON.stringify({ url: this.url, key: options.key ?? this.key(), cache });
    const child = fork(join(here, "sdk-process.mjs"), [input], {
      cwd: here,
      env: cleanEnvironment(this.folder),
      execArgv: ["--unhandled-rejections=strict"],
      silent: true,
    });
    this.#children.add(child);
    return new Application(child);
  }

  async end(): Promise<void> {
    const running = [...this.#children].filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const ends = running.map(exitOf);
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(ends);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(
    command: string,
    args: readonly string[],
    input: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
  ): ChildProcess {
    const child = spawn(command, args, {
      cwd: input.cwd ?? this.folder,
      env: { ...cleanEnvironment(this.folder), ...input.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.add(child);
    return child;
  }
}

/** One client in a process of its own; see `sdk-process.mjs` for what it can be asked. */
export class Application {
  readonly #child: ChildProcess;
  readonly #output: { stdout: string; stderr: string };
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#output = collect(child);
    child.on("message", (message: { id: number; result?: unknown; error?: string }) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.result);
      else waiting?.reject(new Error(message.error));
    });
    child.on("exit", (code) => {
      const error = new Error(`the application ended with ${code}:\n${this.#output.stderr}`);
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  ask<T>(name: string, input?: object): Promise<T> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as T), reject });
      this.#child.send({ id, name, input });
    });
  }

  /** Sends the process a signal: SIGKILL, or SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the exit code once the process has closed its client and left by itself. */
  async close(): Promise<number | null> {
    const exit = exitOf(this.#child);
    await this.ask("close").catch(() => undefined);
    return await exit;
  }
}

/** Asks until it is so, for at most `timeoutMs`. */
export async function until(holds: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port could be had");
  return address.port;
}

/** What each process wrote that this file has started. */
export const written: { readonly stdout: string; readonly stderr: string }[] = [];

export function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: "", stderr: "" };
  written.push(output);
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  return output;
}

/** Resolves when the process has ended and all that it wrote has been read. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("close", (code) => resolve(code)));
}

/** Resolves when the process is gone, killed unless it had ended. */
export async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = exitOf(child);
  child.kill("SIGKILL");
  await ended;
}
