/** A client of the stream that does as a test says, frame by frame. */
import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import { type Frame, firstFrame, frameOf } from "./proxy/frames.ts";

const TEXT = 0x81;
const CLOSE = 0x88;

export interface RawMessage {
  readonly type: string;
  readonly from?: number;
  readonly to?: number;
  readonly revision?: number;
}

export class RawStream {
  readonly messages: RawMessage[] = [];
  /** Of the frame that closed it, or 1006 where it ended without one; undefined while it is open. */
  closeCode: number | undefined;
  readonly socket: Socket;
  #rest: Buffer;

  private constructor(socket: Socket, head: Buffer) {
    this.socket = socket;
    this.#rest = head;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closeCode ??= 1006;
    });
  }

  /** Opens it; the status where the server refuses. `headers` go with the upgrade. */
  static async open(url: string, headers: Record<string, string>): Promise<RawStream | number> {
    const upgrade = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const sent = request(`${url}/sdk/v1/stream`, { agent: false, headers: { ...upgrade, ...headers } });
    sent.end();
    return await Promise.race([
      once(sent, "upgrade").then(([, socket, head]) => new RawStream(socket, head)),
      once(sent, "response").then(([response]) => {
        response.resume();
        return response.statusCode;
      }),
    ]);
  }

  /** With a key, and hello said. */
  static async greeted(url: string, key: string): Promise<RawStream> {
    const stream = await RawStream.open(url, { authorization: `Bearer ${key}` });
    if (typeof stream === "number") throw new Error(`The stream was refused with ${stream}.`);
    stream.say(hello);
    return stream;
  }

  say(message: object | string): void {
    this.send(TEXT, Buffer.from(typeof message === "string" ? message : JSON.stringify(message)));
  }

  /** A frame that begins with this byte, masked by zeros, as all frames of clients are masked. */
  send(first: number, payload: Buffer): void {
    const plain = frameOf(first, payload);
    const head = plain.subarray(0, plain.length - payload.length);
    head.writeUInt8(head.readUInt8(1) | 0x80, 1);
    if (this.socket.writable) this.socket.write(Buffer.concat([head, Buffer.alloc(4), payload]));
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let frame = firstFrame(this.#rest); frame !== undefined; frame = firstFrame(this.#rest)) {
      this.#rest = this.#rest.subarray(frame.bytes.length);
      this.#read(frame);
    }
  }

  #read({ bytes, text }: Frame): void {
    if (text !== undefined) this.messages.push(JSON.parse(text));
    if (bytes[0] === CLOSE) this.closeCode = bytes.readUInt16BE(2);
  }
}

export const hello = { type: "hello", protocol: 1, sdk: { name: "raw", version: "0" }, instance: "raw" };
