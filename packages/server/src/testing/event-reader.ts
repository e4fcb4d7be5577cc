/** Reads Server-Sent Events from a real socket, one line break at a time, as a client of another language would. */
import { type ClientRequest, type IncomingMessage, request } from "node:http";

export interface ReadEvent {
  readonly id?: string;
  readonly data: unknown;
}

export interface EventReader {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** All that was read, as it came. */
  readonly text: () => string;
  /** The next event; `undefined` once the server has ended the stream. */
  readonly next: () => Promise<ReadEvent | undefined>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly close: () => void;
}

export interface Reading {
  readonly port: number;
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
}

/** Resolves with the answer's head, whatever its status. */
export function readEvents({ port, path = "/sdk/v1/stream", headers = {} }: Reading): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      path,
      host: "127.0.0.1",
      headers: { accept: "text/event-stream", ...headers },
      agent: false,
    };
    const asked = request(options, (answer) => resolve(reader(asked, answer)));
    asked.on("error", reject);
    asked.end();
  });
}

function reader(asked: ClientRequest, answer: IncomingMessage): EventReader {
  let text = "";
  let read = 0;
  let ended = false;
  let wake = () => {};
  answer.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    wake();
  });
  answer.on("error", () => {});
  answer.on("close", () => {
    ended = true;
    wake();
  });
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: () => text,
    async next() {
      for (;;) {
        const end = text.indexOf("\n\n", read);
        if (end >= 0) {
          const event = eventIn(text.slice(read, end));
          read = end + 2;
          return event;
        }
        if (ended) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    pause: () => void answer.pause(),
    resume: () => void answer.resume(),
    close: () => void asked.destroy(),
  };
}

function eventIn(block: string): ReadEvent {
  const lines = block.split(/\r\n|\r|\n/);
  const fieldsOf = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  const known = lines.every((line) => /^(id|data): /.test(line));
  const [data, ...more] = fieldsOf("data");
  if (!known || data === undefined || more.length > 0)
    throw new Error(`An event is not of one id and one line: ${block}`);
  const [id] = fieldsOf("id");
  return { ...(id !== undefined && { id }), data: JSON.parse(data) };
}
