/** A process that writes to a database, and what it has said so far. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Order } from "./order.ts";

export class WritingProcess {
  /** Kinds of the faults that it met. */
  readonly faults: string[] = [];
  /** Ends with the process, once all that it said was read. */
  readonly ended: Promise<void>;
  acknowledgements = 0;
  readonly #child: ChildProcess;
  readonly #acknowledged: Map<string, Map<number, string>>;
  readonly #waiting = new Set<{ readonly holds: () => boolean; readonly resolve: () => void }>();
  #opening = false;
  #over = false;
  #said = "";

  /** `acknowledged` collects; several processes on one database share it. */
  constructor(program: string, order: Order, acknowledged: Map<string, Map<number, string>>) {
    this.#acknowledged = acknowledged;
    this.#child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
    });
    this.ended = this.#read();
  }

  /** Before it opens its database. */
  opening(): Promise<void> {
    return this.#until(() => this.#opening);
  }

  /** Until it has acknowledged so many changes in all. */
  acknowledges(count: number): Promise<void> {
    return this.#until(() => this.acknowledgements >= count);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  /** Rejects where it ended by itself with an error. */
  async finish(): Promise<void> {
    await this.ended;
    if (this.#child.exitCode !== 0) throw this.#failure();
  }

  async #read(): Promise<void> {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("The process has no output to read.");
    const closed = once(this.#child, "close");
    for await (const line of createInterface({ input: stdout })) {
      this.#take(line);
      this.#tell();
    }
    await closed;
    this.#over = true;
    this.#tell();
  }

  #take(line: string): void {
    if (line === "opening") this.#opening = true;
    const [first = "", second = "", hash] = line.split(" ");
    if (first === "fault") this.faults.push(second);
    if (hash === undefined || hash.length !== 64) return;
    this.acknowledgements += 1;
    const project = this.#acknowledged.get(first) ?? new Map<number, string>();
    this.#acknowledged.set(first, project.set(Number(second), hash));
  }

  #tell(): void {
    for (const waiting of this.#waiting) {
      if (!this.#over && !waiting.holds()) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  async #until(holds: () => boolean): Promise<void> {
    if (!holds() && !this.#over) await new Promise<void>((resolve) => this.#waiting.add({ holds, resolve }));
    if (!holds()) throw this.#failure();
  }

  #failure(): Error {
    return new Error(
      `The writing process ended with ${this.#child.exitCode ?? this.#child.signalCode}:\n${this.#said}`,
    );
  }
}
