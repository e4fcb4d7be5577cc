/** What is wrong with one direction of one connection. It can be changed while bytes pass. */
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const SLICES_PER_SECOND = 20;

export class Direction {
  delayMs = 0;
  bytesPerSecond = Number.POSITIVE_INFINITY;
  /** So many more bytes pass, then the connection ends. */
  bytesLeft = Number.POSITIVE_INFINITY;
  /** Nothing passes until the sender has ended, as with a proxy that buffers. */
  holds = false;
  #flowing: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  /** Nothing passes any more, and nobody is told. */
  stall(): void {
    this.flow();
    this.#flowing = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  /** What was held passes. */
  flow(): void {
    this.#release();
    this.#flowing = Promise.resolve();
  }

  /** Writes `bytes` as this direction lets them through; false once no more may pass. */
  async pass(bytes: Buffer, to: Socket): Promise<boolean> {
    if (this.delayMs > 0) await pause(this.delayMs);
    const step = Math.max(1, Math.ceil(this.bytesPerSecond / SLICES_PER_SECOND));
    for (let at = 0; at < bytes.length; ) {
      await this.#flowing;
      const slice = bytes.subarray(at, Math.min(at + step, bytes.length, at + this.bytesLeft));
      this.bytesLeft -= slice.length;
      at += slice.length;
      await written(to, slice);
      if (this.bytesLeft <= 0) return false;
      if (Number.isFinite(step)) await pause(1_000 / SLICES_PER_SECOND);
    }
    return true;
  }
}

/** Waits for a reader that is slow; one that is gone is waited for no longer. */
async function written(to: Socket, bytes: Buffer): Promise<void> {
  if (!to.writable || to.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      to.off("drain", done).off("close", done);
      resolve();
    };
    to.on("drain", done).on("close", done);
  });
}
