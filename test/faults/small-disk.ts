/** A disk that a test can fill: a small file system in memory. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

export class SmallDisk {
  readonly folder: string;
  readonly #filling: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#filling = join(folder, "filling");
  }

  /** Over an empty folder; why there can be none where this user may not mount one. */
  static mount(folder: string, mebibytes: number): SmallDisk | string {
    const options = ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder];
    const { status, stderr, error } = spawnSync("mount", options, { encoding: "utf8" });
    if (status === 0) return new SmallDisk(folder);
    return `no small file system can be mounted here: ${(error?.message ?? stderr).trim()}`;
  }

  /** Leaves not a byte. */
  fill(): void {
    const file = openSync(this.#filling, "a");
    try {
      for (let size = 65_536; size >= 1; ) {
        try {
          writeSync(file, Buffer.alloc(size));
        } catch {
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filling, { force: true });
  }

  unmount(): void {
    spawnSync("umount", ["-l", this.folder]);
  }
}
