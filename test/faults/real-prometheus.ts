/** A Prometheus server as people run it, in a process of its own, which reads one program's metrics. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { collect, killed, until } from "../e2e/harness.ts";

interface Wanted {
  readonly port: number;
  /** Host and port of what it reads, each second. */
  readonly target: string;
}

const configOf = ({ target }: Wanted) => `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: shop
    static_configs: [{ targets: ["${target}"] }]
`;

export class RealPrometheus {
  readonly #wanted: Wanted;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(wanted: Wanted, folder: string) {
    this.#wanted = wanted;
    this.#folder = folder;
    writeFileSync(join(folder, "prometheus.yml"), configOf(wanted));
  }

  /** Resolves once it answers; why it cannot be had, where it is not installed. */
  static async start(wanted: Wanted, folder: string): Promise<RealPrometheus | string> {
    if (spawnSync("prometheus", ["--version"]).error !== undefined) {
      return "Prometheus is not installed here: apt-get install prometheus";
    }
    const prometheus = new RealPrometheus(wanted, folder);
    await prometheus.again();
    return prometheus;
  }

  /** With what it had read before. */
  async again(): Promise<void> {
    const { port } = this.#wanted;
    const options = [
      `--config.file=${join(this.#folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(this.#folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = spawn("prometheus", options, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    const said = collect(child);
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${said.stdout}${said.stderr}`);
      return (await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined))?.ok === true;
    });
  }

  kill(): Promise<void> {
    return killed(this.#child);
  }
}
