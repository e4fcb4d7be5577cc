/** A server as people run it, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { collect, exitOf, freePort, root, until } from "../e2e/harness.ts";
import { canary } from "../e2e/leaks.ts";

export const ADMIN_TOKEN = canary("the-admin-token");

export interface Answer<T> {
  readonly status: number;
  readonly etag: string | null;
  readonly body: T;
}

export class Server {
  readonly #databaseUrl: string;
  readonly #home: string;
  readonly #settings: NodeJS.ProcessEnv;
  readonly #by: readonly string[];
  #child: ChildProcess | undefined;
  #output = { stdout: "", stderr: "" };
  #port = 0;

  /**
   * `home`: a folder for what a process keeps of its user. `settings`: more of its environment. `by`: a command that starts
   * the one behind it.
   */
  constructor(databaseUrl: string, home: string, settings: NodeJS.ProcessEnv = {}, by: readonly string[] = []) {
    this.#by = by;
    this.#databaseUrl = databaseUrl;
    this.#home = home;
    this.#settings = settings;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** All that it said since its last start. */
  get output(): string {
    return this.#output.stdout + this.#output.stderr;
  }

  /** At the same port each time; resolves once it is ready. */
  async start(): Promise<void> {
    await this.launch();
    await until(async () => {
      if (this.hasEnded) throw new Error(`The server ended:\n${this.output}`);
      return (await fetch(`${this.url}/readyz`).catch(() => undefined))?.ok === true;
    });
  }

  /** Without waiting for anything. */
  async launch(): Promise<void> {
    this.#port ||= await freePort();
    mkdirSync(this.#home, { recursive: true });
    const env = {
      PATH: process.env.PATH,
      HOME: this.#home,
      PORT: String(this.#port),
      DATABASE_URL: this.#databaseUrl,
      BANNEROL_ADMIN_TOKEN: ADMIN_TOKEN,
      LOG_LEVEL: "warn",
      BANNEROL_DRAIN_SECONDS: "1",
      ...this.#settings,
    };
    const program = join(root, "packages", "cli", "bin", "bannerol.js");
    const [command = process.execPath, ...words] = [...this.#by, process.execPath, program, "server"];
    this.#child = spawn(command, words, { cwd: this.#home, env });
    this.#output = collect(this.#child);
  }

  get hasEnded(): boolean {
    return this.#child?.exitCode !== null || this.#child.signalCode !== null;
  }

  /** SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Resolves with the exit code; null where the signal ended it. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.#child === undefined) return null;
    const code = exitOf(this.#child);
    this.#child.kill(signal);
    return await code;
  }

  /** Resolves with the exit code once it has ended by itself. */
  async end(): Promise<number | null> {
    return this.#child === undefined ? null : await exitOf(this.#child);
  }

  /** A call of the admin API, whatever it answers. */
  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answered: T = JSON.parse(await response.text());
    return { status: response.status, etag: response.headers.get("etag"), body: answered };
  }

  /** The same for what must succeed. */
  async must<T = Record<string, unknown>>(...call: Parameters<Server["ask"]>): Promise<T> {
    const { status, body } = await this.ask<T>(...call);
    if (status < 200 || status > 299) throw new Error(`${call[0]} ${call[1]}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** A new server key of the environment `production`. */
  async newKey(): Promise<string> {
    return (await this.makeKey("server")).key;
  }

  async makeKey(kind: "server" | "client"): Promise<{ readonly id: string; readonly key: string }> {
    return await this.must("POST", "keys", { project: "default", environment: "production", kind });
  }

  /** Of `/metrics`, the sum over all labels; 0 for one that is not there. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }
}
