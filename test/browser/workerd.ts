/** Cloudflare's runtime, and Workers in it: each bundled with the package as it is published. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "tsup";
import { collect, freePort, killed, root, until } from "../e2e/harness.ts";

interface Workerd {
  /** Where its program lies. */
  readonly default: string;
  /** The newest date whose ways it has. */
  readonly compatibilityDate: string;
}

const requireRuntime = createRequire(join(root, "test", "runtimes", "package.json"));

export const workerd: Workerd | undefined = loaded();

/** In the name of what is skipped without it. */
export const orWhyNot = workerd === undefined ? " (skipped: needs workerd, npm ci --prefix test/runtimes)" : "";

function loaded(): Workerd | undefined {
  try {
    const found: Workerd = requireRuntime("workerd");
    return existsSync(found.default) ? found : undefined;
  } catch {
    return undefined;
  }
}

interface WorkerOptions {
  readonly env?: { readonly [name: string]: string };
  /** Durable Objects: their classes, by the names they are bound to. */
  readonly objects?: { readonly [name: string]: string };
  /** Whose ways it is to have; default: the newest. */
  readonly date?: string | undefined;
}

export class Worker {
  readonly url: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.url = url;
    this.#folder = folder;
    this.#child = child;
  }

  /** Bundles this module, as wrangler would, and resolves once it answers. */
  static async start(code: string, options: WorkerOptions = {}): Promise<Worker> {
    if (workerd === undefined) throw new Error("workerd is not installed");
    const cache = join(root, "node_modules", ".cache");
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, "bannerol-worker-"));
    writeFileSync(join(folder, "worker.mjs"), code);
    await bundle(join(folder, "worker.mjs"), "esm");
    const port = await freePort();
    writeFileSync(join(folder, "config.capnp"), configOf(port, workerd, options));
    const child = spawn(workerd.default, ["serve", join(folder, "config.capnp")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = collect(child);
    const worker = new Worker(`http://127.0.0.1:${port}`, folder, child);
    const answers = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`workerd ended:\n${said.stdout}${said.stderr}`);
      return await worker.ask().then(
        () => true,
        () => false,
      );
    };
    try {
      await until(answers);
    } catch (error) {
      await worker.end();
      throw error;
    }
    return worker;
  }

  async ask(path = "/"): Promise<string> {
    return await (await fetch(this.url + path)).text();
  }

  async end(): Promise<void> {
    await killed(this.#child);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One file beside the entry, `bundle/…`, with all that is loaded late. */
export async function bundle(entry: string, format: "esm" | "iife", globalName?: string): Promise<string> {
  const outDir = join(entry, "..", "bundle");
  await build({
    config: false,
    silent: true,
    entry: { worker: entry },
    outDir,
    format,
    ...(globalName !== undefined && { globalName }),
    outExtension: () => ({ js: ".js" }),
    platform: "neutral",
    target: "es2022",
    splitting: false,
    treeshake: false,
    noExternal: [/^@bannerol\//],
    external: ["cloudflare:workers"],
  });
  const [file = "", ...others] = readdirSync(outDir);
  if (others.length > 0) throw new Error(`more than one file: ${[file, ...others]}`);
  return readFileSync(join(outDir, file), "utf8");
}

function configOf(port: number, { compatibilityDate }: Workerd, { env = {}, objects = {}, date }: WorkerOptions) {
  const text = (value: string): string => JSON.stringify(value);
  const bindings = [
    ...Object.entries(env).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...Object.entries(objects).map(([name, of]) => `(name = ${text(name)}, durableObjectNamespace = ${text(of)})`),
  ];
  const classes = Object.values(objects).map((of) => `(className = ${text(of)}, uniqueKey = ${text(of)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "bundle/worker.js")],
  bindings = [${bindings.join(", ")}],
  durableObjectNamespaces = [${classes.join(", ")}],
  durableObjectStorage = (inMemory = void),
  compatibilityDate = ${text(date ?? compatibilityDate)},
);
`;
}
