/** Makes calls of a running process fail, as those to a broken disk do. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** Why no running process can be meddled with here; `undefined` where one can. */
export function whyUnmeddled(): string | undefined {
  const strace = "strace -o /dev/null -e trace=fsync -e inject=fsync:error=EIO -p $!";
  const attempt = `sleep 2 >/dev/null 2>&1 & timeout -s INT 0.5 ${strace}`;
  const { status, stderr } = spawnSync("sh", ["-c", attempt], { encoding: "utf8" });
  // It was still at it when its time was up.
  if (status === 124) return undefined;
  return `no call can be made to fail here: ${stderr?.trim()}`;
}

export class FailingCalls {
  /** Resolves once nothing is made to fail any more: by `end`, or because the process is gone. */
  readonly ended: Promise<unknown>;
  readonly #strace: ChildProcess;

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
    this.ended = once(strace, "exit");
  }

  /** From now on these calls of the process's main thread end in an error, as in `EIO`. */
  static async of(pid: number, calls: readonly string[], error: string): Promise<FailingCalls> {
    const names = calls.join(",");
    const options = [
      "-o",
      "/dev/null",
      "-p",
      String(pid),
      "-e",
      `trace=${names}`,
      "-e",
      `inject=${names}:error=${error}`,
    ];
    const strace = spawn("strace", options, { stdio: ["ignore", "ignore", "pipe"] });
    await new Promise<void>((resolve, reject) => {
      let said = "";
      strace.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("attached")) resolve();
      });
      strace.once("exit", () => reject(new Error(`strace meddles with nothing: ${said}`)));
    });
    return new FailingCalls(strace);
  }

  /** They work again. */
  async end(): Promise<void> {
    this.#strace.kill("SIGINT");
    await this.ended;
  }
}
