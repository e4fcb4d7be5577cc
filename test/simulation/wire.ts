/** One way between the client and a node, and what of it its reader has not read yet. */
import type { Connection, Transport } from "../../packages/hub/src/index.ts";
import { MAX_INLINE_BYTES, MAX_UNSENT_BYTES, SLOW_READER_MS } from "../../packages/protocol/src/index.ts";
import type { ServerNode } from "./node.ts";

/** A frame of the greatest size, and what is said before a close. */
const MOST_UNSENT = MAX_UNSENT_BYTES + MAX_INLINE_BYTES + 1_024;
/** The hub looks every second. */
const LOOK_MS = 2_000;

export interface Ending {
  readonly code?: number;
  readonly reason: string;
}

interface Held {
  readonly text: string;
  readonly bytes: number;
  readonly flushed: () => void;
}

export class Wire {
  connection: Connection | undefined;
  /** Nothing gets through any more, and nobody says so. */
  isSilent = false;
  /** Whatever is on its way is of no interest any more. */
  isOver = false;
  /** Before this nothing arrives: a stream keeps its order. */
  arrivesAt = 0;
  /** Sent to a reader that does not read; undefined where it does. */
  #held: Held[] | undefined;
  #fullSince: number | undefined;

  constructor(
    readonly node: ServerNode,
    readonly transport: Transport,
    readonly message: (text: string) => void,
    readonly closed: (ending: Ending) => void,
  ) {}

  get isSlow(): boolean {
    return this.#held !== undefined;
  }

  get unsentBytes(): number {
    return this.#held?.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
  }

  stopReading(): void {
    this.#held ??= [];
  }

  /** Keeps a frame for when it is read. Tells what the hub did that it must not. */
  hold(text: string, bytes: number, { flushed, now }: { flushed: () => void; now: number }): string | undefined {
    this.#held?.push({ text, bytes, flushed });
    const unsent = this.unsentBytes;
    if (unsent >= MAX_UNSENT_BYTES) this.#fullSince ??= now;
    return unsent > MOST_UNSENT ? `${unsent} bytes are unsent` : undefined;
  }

  /** Reads again: what was held, in order. Tells what the hub did that it must not. */
  read(now: number, deliver: (text: string) => void): string | undefined {
    const held = this.#held ?? [];
    const fullSince = this.#fullSince ?? now;
    this.#held = undefined;
    this.#fullSince = undefined;
    if (this.isOver) return undefined;
    for (const { text } of held) deliver(text);
    for (const { flushed } of held) flushed();
    const ms = now - fullSince;
    return ms > SLOW_READER_MS + LOOK_MS ? `a reader that was slow for ${ms} ms was not closed` : undefined;
  }
}
