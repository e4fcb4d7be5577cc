/** One connection through the fault proxy: two sockets, and what is wrong between them. */
import type { Socket } from "node:net";
import { Direction } from "./direction.ts";
import { type End, endSocket } from "./end.ts";
import type { Frame } from "./frames.ts";
import { Splitter } from "./splitter.ts";

/** What becomes of a frame from the server: bytes to send in its place, or the connection's end, in order. */
export type Edit = (frame: Frame & { readonly text: string }, link: Link) => Parts;

type Parts = readonly (Buffer | End)[];

const KEPT_OF_REQUEST = 4_096;

export class Link {
  /** From the client to the server. */
  readonly up = new Direction();
  /** From the server to the client. */
  readonly down = new Direction();
  /** The texts that the server sent as frames, whatever became of them. */
  readonly messages: string[] = [];
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #edit: Edit;
  readonly #asked: (link: Link) => void;
  readonly #splitter = new Splitter();
  #said = "";

  constructor(
    { client, server }: { readonly client: Socket; readonly server: Socket },
    { edit, asked }: { readonly edit: Edit; readonly asked: (link: Link) => void },
  ) {
    this.#client = client;
    this.#server = server;
    this.#edit = edit;
    this.#asked = asked;
  }

  /** The beginning of what the client sent. */
  get said(): string {
    return this.#said;
  }

  /** As in `GET /sdk/v1/ruleset`; empty before it is there. */
  get request(): string {
    return /^([A-Z]+ [^ ?]+)\S* HTTP/.exec(this.#said)?.[1] ?? "";
  }

  get isWebSocket(): boolean {
    return /\r\nupgrade: websocket\r\n/i.test(this.#said);
  }

  /** Resolves when it has ended. */
  async run(): Promise<void> {
    await Promise.all([
      this.#carry(this.#client, this.#server, this.up, (chunk) => [this.#listen(chunk)]),
      this.#carry(this.#server, this.#client, this.down, (chunk) => this.#editAll(chunk)),
    ]);
  }

  /** What stands still is let go. */
  end(how: End): void {
    for (const socket of [this.#client, this.#server]) endSocket(socket, how);
    for (const direction of [this.up, this.down]) direction.flow();
  }

  /** Ends it, as an impatient proxy does, where no byte passes either way for so long. */
  endWhenIdle(ms: number): void {
    this.#client.setTimeout(ms, () => this.end("cut"));
  }

  async #carry(from: Socket, to: Socket, direction: Direction, partsOf: (chunk: Buffer) => Parts): Promise<void> {
    const held: Buffer[] = [];
    try {
      // One side may have ended while the other still speaks.
      for await (const chunk of from.iterator({ destroyOnReturn: false })) {
        for (const part of partsOf(chunk)) {
          if (typeof part === "string") return this.end(part);
          if (direction.holds) held.push(part);
          else if (!(await direction.pass(part, to))) return this.end("cut");
        }
      }
      if (held.length > 0) await direction.pass(Buffer.concat(held), to);
      to.end();
    } catch {
      // The socket broke: so does the other.
      to.destroy();
    }
  }

  #listen(chunk: Buffer): Buffer {
    const isFirst = this.#said === "";
    if (this.#said.length < KEPT_OF_REQUEST) this.#said += chunk.toString("latin1");
    if (isFirst) this.#asked(this);
    return chunk;
  }

  #editAll(chunk: Buffer): Parts {
    return this.#splitter.take(chunk).flatMap((piece) => {
      const { bytes, text } = piece;
      if (text === undefined) return [bytes];
      this.messages.push(text);
      return this.#edit({ bytes, text }, this);
    });
  }
}
