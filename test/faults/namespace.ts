/** A network namespace that reaches this machine by two paths, one of which can be lost without a word. */
import { spawnSync } from "node:child_process";

function ip(...args: string[]): void {
  const { status, stderr, error } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}

export class Namespace {
  /** Where this machine is reached from within, whichever path is there. */
  readonly host: string;
  readonly #name = `bnr${process.pid % 1_000_000}`;
  readonly #net = `198.18.${process.pid % 256}`;

  private constructor() {
    this.host = `${this.#net}.9`;
  }

  /** Why there can be none here, in words. */
  static open(): Namespace | string {
    const namespace = new Namespace();
    try {
      namespace.#make();
      return namespace;
    } catch (error) {
      namespace.close();
      return `no network namespace can be made here: ${error instanceof Error ? error.message : error}`;
    }
  }

  /** What a command is started by, to run within. */
  get by(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** The path that is in use is gone: what is on its way is lost, and no end of it is told. The other one works. */
  losePath(): void {
    ip("-n", this.#name, "link", "set", "first", "down");
  }

  close(): void {
    spawnSync("ip", ["netns", "delete", this.#name]);
    spawnSync("ip", ["address", "delete", `${this.host}/32`, "dev", "lo"]);
    // With the namespace its ends of the paths go, and with them ours; but not at once.
    for (const path of ["a", "b"]) spawnSync("ip", ["link", "delete", this.#name + path]);
  }

  #make(): void {
    ip("netns", "add", this.#name);
    ip("address", "add", `${this.host}/32`, "dev", "lo");
    ip("-n", this.#name, "link", "set", "lo", "up");
    this.#addPath("a", { device: "first", ours: 1, theirs: 2 });
    this.#addPath("b", { device: "second", ours: 5, theirs: 6 });
  }

  #addPath(path: "a" | "b", { device, ours, theirs }: { device: string; ours: number; theirs: number }): void {
    const name = this.#name;
    ip("link", "add", name + path, "type", "veth", "peer", "name", device, "netns", name);
    ip("address", "add", `${this.#net}.${ours}/30`, "dev", name + path);
    ip("link", "set", name + path, "up");
    ip("-n", name, "address", "add", `${this.#net}.${theirs}/30`, "dev", device);
    ip("-n", name, "link", "set", device, "up");
    ip("-n", name, "route", "add", `${this.host}/32`, "via", `${this.#net}.${ours}`, "metric", String(ours));
  }
}
