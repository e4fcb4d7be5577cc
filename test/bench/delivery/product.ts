/** A Bannerol server as people run it, on a database of its own. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, root, until } from "../../e2e/harness.ts";
import { Child, type Processes } from "./processes.ts";

const program = join(root, "packages", "cli", "bin", "bannerol.js");
const collecting = fileURLToPath(new URL("./collecting.mjs", import.meta.url));
const TOKEN = "the-admin-token-of-the-benchmarks-0123456789";

type Collecting = { readonly collect: () => void };

export class Product {
  readonly #processes: Processes;
  readonly #env: NodeJS.ProcessEnv;
  readonly url: string;
  #key = "";
  #server: Child<Collecting> | undefined;

  private constructor(processes: Processes, port: number) {
    this.#processes = processes;
    this.url = `http://127.0.0.1:${port}`;
    const file = join(mkdtempSync(join(processes.folder, "server-")), "bannerol.db");
    this.#env = {
      PORT: String(port),
      DATABASE_URL: `sqlite:${file}`,
      BANNEROL_ADMIN_TOKEN: TOKEN,
      LOG_LEVEL: "warn",
    };
  }

  static async start(processes: Processes): Promise<Product> {
    const product = new Product(processes, await freePort());
    await product.start();
    const place = { project: "default", environment: "production", kind: "server" };
    product.#key = (await product.must<{ key: string }>("POST", "keys", place)).key;
    return product;
  }

  /** A server key of the environment `production`. */
  get key(): string {
    return this.#key;
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  /** At the same address and on the same database each time; resolves once it is ready. */
  async start(): Promise<void> {
    const args = ["--expose-gc", "--import", collecting, program, "server"];
    const server = new Child<Collecting>(this.#processes.spawnNode(args, { env: this.#env, ipc: true }));
    this.#server = server;
    await until(async () => {
      if (server.hasEnded) throw new Error(`The server could not start:\n${server.stderr}`);
      return (await fetch(`${this.url}/readyz`).catch(() => undefined))?.ok === true;
    });
  }

  /** As if its power were cut. */
  async kill(): Promise<void> {
    await this.#server?.end();
  }

  async collect(): Promise<void> {
    await this.#server?.ask("collect");
  }

  /** A call of the admin API that must succeed: with JSON, or with a text as it stands. */
  async must<T>(method: string, path: string, body: object | string): Promise<T> {
    const [type, text] = typeof body === "string" ? ["text/plain", body] : ["application/json", JSON.stringify(body)];
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": type },
      body: text,
    });
    const answered = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answered}`);
    return JSON.parse(answered);
  }

  /** Enables or disables a flag; answers with the revision, once it is durable. */
  async switch(flag: string, on: boolean): Promise<number> {
    const path = `projects/default/flags/${flag}/environments/production/${on ? "enable" : "disable"}`;
    return (await this.must<{ revision: number }>("POST", path, {})).revision;
  }

  /** A figure of `/metrics`, its samples added up. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const samples = text.split("\n").filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }
}
