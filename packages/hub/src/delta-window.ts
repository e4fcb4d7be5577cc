/**
 * The frames of one view: each encoded once, however many connections it goes to.
 *
 *     publish ─► head ─┬─ delta from head-1 ─► bytes ─► every connection that is up to date
 *                      ├─ delta from head-7 ─► bytes ─► one that was slow, or comes back
 *                      └─ whole ruleset     ─► bytes ─► one that has nothing
 *
 * It remembers the checksum of every revision in the window, so that a state which went wrong is told from one that
 * is merely old. It holds no queue: a connection's cursor says what it is owed, and the source what that is.
 */
import type { RulesetDelta } from "@bannerol/core";
import {
  type CurrentMessage,
  DELTA_WINDOW_BYTES,
  DELTA_WINDOW_REVISIONS,
  type DeltaMessage,
  type FetchMessage,
  MAX_INLINE_BYTES,
  type ServerMessage,
  type SnapshotMessage,
  type StateIdentity,
} from "@bannerol/protocol";
import type { ViewSource } from "./ports.ts";

/** Either the bytes to send, or word that it is too large for a frame and must be fetched. */
export type Transfer = { readonly inline: Uint8Array } | "fetch";

const encoder = new TextEncoder();

export function encode(message: ServerMessage): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}

export class DeltaWindow {
  readonly source: ViewSource;
  #head: StateIdentity;
  #current: { readonly upTo: number; readonly frame: Uint8Array } | undefined;
  #whole: Transfer | undefined;
  readonly #deltas = new Map<number, Transfer>();
  #deltaBytes = 0;
  /** In order of revision: the oldest is the first key. */
  readonly #checksums = new Map<number, number>();

  constructor(source: ViewSource) {
    this.source = source;
    this.#head = source.identity();
    this.#checksums.set(this.#head.revision, this.#head.checksum);
  }

  get head(): StateIdentity {
    return this.#head;
  }

  checksumAt = (revision: number): number | undefined => this.#checksums.get(revision);

  /** Takes up the source's state; the answer says whether it is a new one. */
  refresh(): boolean {
    const head = this.source.identity();
    if (isSame(head, this.#head)) return false;
    if (head.epoch !== this.#head.epoch) this.#checksums.clear();
    this.#head = head;
    this.#current = undefined;
    this.#whole = undefined;
    this.#deltas.clear();
    this.#deltaBytes = 0;
    this.#remember(head);
    return true;
  }

  /** Encoded anew only where the log has gone on, which costs nobody anything before somebody is due to hear it. */
  current(): Uint8Array {
    const upTo = this.#readUpTo();
    if (this.#current?.upTo !== upTo) {
      const message: CurrentMessage = { type: "current", ...this.#head, upTo };
      this.#current = { upTo, frame: encode(message) };
    }
    return this.#current.frame;
  }

  whole(): Transfer {
    this.#whole ??= inlineOrFetch(
      encode({
        type: "snapshot",
        ruleset: this.source.ruleset(),
        checksum: this.#head.checksum,
      } satisfies SnapshotMessage),
    );
    return this.#whole;
  }

  /** What a connection at revision `from` lacks of the head. */
  since(from: number): Transfer {
    const known = this.#deltas.get(from);
    if (known !== undefined) return known;
    const delta = this.source.deltaSince(from);
    const transfer = delta === "tooOld" ? this.whole() : inlineOrFetch(encode(this.#message(delta)));
    this.#keep(from, transfer);
    return transfer;
  }

  #message(delta: RulesetDelta): DeltaMessage {
    const { epoch, checksum } = this.#head;
    return { type: "delta", epoch, ...delta, checksum };
  }

  fetch(afterMs: number): Uint8Array {
    return encode({ type: "fetch", revision: this.#head.revision, afterMs } satisfies FetchMessage);
  }

  /** Of what the source has read beyond the head nothing may be said before the head has moved there. */
  #readUpTo(): number {
    if (isSame(this.source.identity(), this.#head)) return this.source.upTo();
    return this.#current?.upTo ?? this.#head.revision;
  }

  /** Readers at a thousand different revisions must not make a thousand frames stay. */
  #keep(from: number, transfer: Transfer): void {
    const bytes = transfer === "fetch" ? 0 : transfer.inline.length;
    if (this.#deltaBytes + bytes > DELTA_WINDOW_BYTES) return;
    this.#deltaBytes += bytes;
    this.#deltas.set(from, transfer);
  }

  #remember(head: StateIdentity): void {
    this.#checksums.set(head.revision, head.checksum);
    for (const oldest of this.#checksums.keys()) {
      if (this.#checksums.size <= DELTA_WINDOW_REVISIONS) break;
      this.#checksums.delete(oldest);
    }
  }
}

function isSame(one: StateIdentity, other: StateIdentity): boolean {
  return one.epoch === other.epoch && one.revision === other.revision && one.checksum === other.checksum;
}

function inlineOrFetch(bytes: Uint8Array): Transfer {
  return bytes.length <= MAX_INLINE_BYTES ? { inline: bytes } : "fetch";
}
