/** A stream as its bytes arrive, without a client. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type RawData, WebSocket } from "ws";
import { authorization, type Place } from "./place.ts";

export interface Frame {
  readonly text: string;
  /** On the wire, with its header. */
  readonly bytes: number;
}

/** A stream, and the connection under it. */
export interface Stream {
  readonly socket: WebSocket;
  readonly wire: Socket;
}

/** Resolves once hello is answered with the state that there is. */
export async function openStream(place: Place): Promise<Stream> {
  const options = { headers: authorization(place), perMessageDeflate: false };
  const socket = new WebSocket(`${place.url.replace("http", "ws")}/sdk/v1/stream`, options);
  const upgraded = once(socket, "upgrade") as Promise<[IncomingMessage]>;
  const [[{ socket: wire }]] = await Promise.all([upgraded, once(socket, "open")]);
  socket.send(JSON.stringify({ type: "hello", protocol: 1, sdk: { name: "bench", version: "0" }, instance: "bench" }));
  await once(socket, "message");
  return { socket, wire };
}

/** The frame of the delta that `change` leads to. */
export async function deltaFrame(place: Place, change: () => Promise<unknown>): Promise<Frame> {
  const { socket, wire } = await openStream(place);
  const before = wire.bytesRead;
  const arrived = once(socket, "message") as Promise<[RawData]>;
  await change();
  const [data] = await arrived;
  const bytes = wire.bytesRead - before;
  socket.terminate();
  const text = data.toString();
  if (JSON.parse(text).type !== "delta") throw new Error(`In place of a delta came ${text.slice(0, 200)}`);
  return { text, bytes };
}
