/** The processes of a benchmark, and their files. Whatever ends the benchmark, a signal too, ends and removes them. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, collect, exitOf, root } from "../../e2e/harness.ts";
import type { Requests } from "./answering.ts";

/** A process that answers requests; see `answering.ts`. */
export class Child<R extends Requests> {
  readonly #child: ChildProcess;
  readonly #application: Application;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#application = new Application(child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get stderr(): string {
    return this.#application.stderr;
  }

  ask<N extends keyof R & string>(name: N, ...input: Parameters<R[N]>): Promise<Awaited<ReturnType<R[N]>>> {
    return this.#application.ask(name, input[0]);
  }

  async end(): Promise<void> {
    const exit = exitOf(this.#child);
    this.#child.kill("SIGKILL");
    await exit;
  }
}

export interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Has a channel, so that it ends with this process even where that is killed. */
  readonly ipc?: boolean;
}

export class Processes {
  readonly folder = mkdtempSync(join(tmpdir(), "bannerol-bench-"));
  readonly #children = new Set<ChildProcess>();

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
    process.once("exit", () => {
      for (const child of this.#children) child.kill("SIGKILL");
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    });
  }

  /** Starts a program of this folder, by its file name. */
  fork<R extends Requests>(program: string, nodeFlags: readonly string[] = []): Child<R> {
    const execArgv = [...nodeFlags, "--import", "tsx"];
    const file = fileURLToPath(new URL(program, import.meta.url));
    return new Child<R>(this.#keep(fork(file, [], { cwd: root, execArgv, silent: true })));
  }

  /** Starts Node with these arguments, in the benchmark's own folder. */
  spawnNode(args: readonly string[], { env = {}, ipc = false }: SpawnOptions = {}): ChildProcess {
    return this.#keep(
      spawn(process.execPath, args, {
        cwd: this.folder,
        env: { PATH: process.env.PATH, HOME: this.folder, ...env },
        stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
      }),
    );
  }

  /** What Node wrote to its standard output; throws where it ended with anything but 0. */
  async outputOf(args: readonly string[]): Promise<string> {
    const child = this.spawnNode(args);
    const output = collect(child);
    const code = await exitOf(child);
    if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}:\n${output.stderr}`);
    return output.stdout;
  }

  #keep(child: ChildProcess): ChildProcess {
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
    return child;
  }
}
