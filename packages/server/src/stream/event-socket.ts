/**
 * The hub's port on one HTTP answer that does not end: Server-Sent Events.
 *
 *     send ─► queue ─► one event at a time, as the reader of the body asks ─► the peer
 *
 * The reader asks for the next event only once the peer has taken the one before, so what stands in the queue is what
 * is unsent. JSON stands on one line, and the id is made of what the server knows alone: nothing in a document can end an
 * event or begin another.
 */
import type { HubSocket } from "@bannerol/hub";
import type { StateIdentity } from "@bannerol/protocol";

/** A peer that does not read its own end is cut after so long. */
const CLOSE_TIMEOUT_MS = 30_000;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly flushed: () => void;
}

export interface EventSocketPorts {
  /** Ends the connection beneath, whatever of it is unsent. */
  readonly cut: () => void;
  /** Either end has ended it. May be told twice. */
  readonly gone: () => void;
}

export class EventSocket implements HubSocket {
  readonly transport = "sse";
  readonly body: ReadableStream<Uint8Array>;
  readonly #ports: EventSocketPorts;
  readonly #queue: Waiting[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #leaving: Waiting | undefined;
  #unsentBytes = 0;
  #isAsked = false;
  #isEnding = false;
  #closing: NodeJS.Timeout | undefined;

  constructor(ports: EventSocketPorts) {
    this.#ports = ports;
    this.body = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#asked(),
        cancel: () => this.#end(),
      },
      { highWaterMark: 0 },
    );
  }

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  send(frame: Uint8Array, flushed: () => void, state?: StateIdentity): void {
    if (this.#isEnding) return;
    const bytes = eventOf(frame, state);
    this.#unsentBytes += bytes.length;
    this.#queue.push({ bytes, flushed });
    this.#proceed();
  }

  /** The reason stands in the `problem` or the `goodbye` before. */
  close(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#closing = setTimeout(() => this.#ports.cut(), CLOSE_TIMEOUT_MS).unref();
    this.#proceed();
  }

  terminate(): void {
    this.#end();
    this.#ports.cut();
  }

  #asked(): void {
    this.#isAsked = true;
    const left = this.#leaving;
    this.#leaving = undefined;
    if (left !== undefined) {
      this.#unsentBytes -= left.bytes.length;
      left.flushed();
    }
    this.#proceed();
  }

  #proceed(): void {
    if (!this.#isAsked) return;
    const next = this.#queue.shift();
    if (next !== undefined) {
      this.#isAsked = false;
      this.#leaving = next;
      this.#controller?.enqueue(next.bytes);
    } else if (this.#isEnding) {
      this.#controller?.close();
      this.#end();
    }
  }

  /** Nothing is sent any more, whoever ended it. */
  #end(): void {
    this.#isEnding = true;
    this.#isAsked = false;
    this.#queue.length = 0;
    clearTimeout(this.#closing);
    this.#ports.gone();
  }
}

// One encoding goes to every connection: a frame belongs to one state, and so does what is made of it.
const known = new WeakMap<Uint8Array, Uint8Array>();

function eventOf(frame: Uint8Array, state: StateIdentity | undefined): Uint8Array {
  let event = known.get(frame);
  if (event === undefined) {
    const id = state === undefined ? "" : `id: ${eventIdOf(state)}\n`;
    event = Buffer.concat([Buffer.from(`${id}data: `), frame, Buffer.from("\n\n")]);
    known.set(frame, event);
  }
  return event;
}

/** `epoch:revision:checksum`; the epoch is encoded, so that no name of a database can break a line. */
export function eventIdOf({ epoch, revision, checksum }: StateIdentity): string {
  return `${encodeURIComponent(epoch)}:${revision}:${checksum}`;
}

/** The state that a `Last-Event-ID` names; `undefined` where it is none of ours. */
export function stateOfEventId(id: string | null): StateIdentity | undefined {
  const [, name, revision, checksum] = /^([^:]{1,768}):([0-9]{1,15}):([0-9]{1,10})$/.exec(id ?? "") ?? [];
  const epoch = name === undefined ? undefined : decoded(name);
  return epoch === undefined ? undefined : { epoch, revision: Number(revision), checksum: Number(checksum) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
