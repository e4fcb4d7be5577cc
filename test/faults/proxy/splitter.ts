/** Takes the frames out of what a server sends on one connection. */
import { type Frame, firstFrame } from "./frames.ts";

/** What came, in order: frames of a WebSocket, and bytes of anything else. */
export type Piece = Frame | { readonly bytes: Buffer; readonly text?: undefined };

const END_OF_HEAD = "\r\n\r\n";

export class Splitter {
  #kind: "unknown" | "frames" | "other" = "unknown";
  #rest = Buffer.alloc(0);

  take(chunk: Buffer): readonly Piece[] {
    if (this.#kind === "other") return [{ bytes: chunk }];
    this.#rest = Buffer.concat([this.#rest, chunk]);
    return this.#kind === "unknown" ? this.#begin() : this.#frames();
  }

  /** What is left of a frame that never ended. */
  rest(): Buffer {
    return this.#rest;
  }

  /** Nothing but the answer to an upgrade is followed by frames. */
  #begin(): readonly Piece[] {
    const upgrade = "HTTP/1.1 101 ";
    const start = this.#rest.toString("latin1", 0, upgrade.length);
    const end = this.#rest.indexOf(END_OF_HEAD);
    if (upgrade.startsWith(start) && end < 0) return [];
    const isUpgrade = start === upgrade;
    this.#kind = isUpgrade ? "frames" : "other";
    const bytes = this.#cut(isUpgrade ? end + END_OF_HEAD.length : this.#rest.length);
    return [{ bytes }, ...(isUpgrade ? this.#frames() : [])];
  }

  #frames(): readonly Piece[] {
    const found: Piece[] = [];
    for (let frame = firstFrame(this.#rest); frame !== undefined; frame = firstFrame(this.#rest)) {
      this.#cut(frame.bytes.length);
      found.push(frame);
    }
    return found;
  }

  #cut(length: number): Buffer {
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }
}
