/** Many SDKs at once, in a few processes. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Application } from "../e2e/harness.ts";

const PER_PROCESS = 2_500;
const program = fileURLToPath(new URL("./programs/crowd.mjs", import.meta.url));

export class CrowdOfClients {
  readonly #processes: readonly Application[];

  constructor({ url, key, count }: { readonly url: string; readonly key: string; readonly count: number }) {
    const processes = Math.ceil(count / PER_PROCESS);
    this.#processes = Array.from({ length: processes }, (_, index) => {
      const share = Math.floor((count + index) / processes);
      const execArgv = ["--unhandled-rejections=strict"];
      return new Application(fork(program, [JSON.stringify({ url, key, count: share })], { silent: true, execArgv }));
    });
  }

  async ready(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.ask("ready")));
  }

  /** How many are live with this revision, or a newer one, and how many answers were wrong so far. */
  async have(revision: number): Promise<{ readonly current: number; readonly wrong: number }> {
    const all = await Promise.all(
      this.#processes.map((process) => process.ask<{ current: number; wrong: number }>("have", { revision })),
    );
    const sum = (field: "current" | "wrong") => all.reduce((total, one) => total + one[field], 0);
    return { current: sum("current"), wrong: sum("wrong") };
  }

  end(): void {
    for (const process of this.#processes) process.signal("SIGKILL");
  }
}
