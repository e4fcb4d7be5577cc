/** What is sent to a server that is too much, too slow, or nonsense. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Application, until } from "../e2e/harness.ts";
import { temporaryFolders } from "./folders.ts";
import { hello, RawStream } from "./raw-stream.ts";
import { Scene, statusOf } from "./scene.ts";
import { ADMIN_TOKEN, Server } from "./server.ts";

const MB = 1024 * 1024;
/** What one attack may leave behind in memory at most. */
const FLAT_BYTES = 128 * MB;
const freshFolder = temporaryFolders();

describe("a server", () => {
  const scene = new Scene(new Server(`sqlite:${freshFolder()}/bannerol.db`, freshFolder()));
  const { server } = scene;
  let application: Application;
  beforeAll(async () => {
    await scene.start();
    application = await (await scene.line()).current();
  });
  afterAll(() => scene.end());

  /** Everybody else is served as before, and no memory was taken for it. */
  const unharmed = async (attack: () => Promise<void>): Promise<void> => {
    const before = await server.metric("process_resident_memory_bytes");
    await attack();
    const revision = await scene.change();
    await application.ask("atLeast", { revision, timeoutMs: 10_000 });
    expect(await statusOf(application)).toMatchObject({ state: "live" });
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    expect((await server.metric("process_resident_memory_bytes")) - before).toBeLessThan(FLAT_BYTES);
  };

  /** Sends it, and reads until the end; answers with the status. */
  const sendRaw = async (send: (socket: Socket) => Promise<void> | void): Promise<number> => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    const ended = new Promise((resolve) => socket.once("close", resolve));
    await send(socket);
    await Promise.race([ended, until(() => answer.includes("\r\n\r\n"))]);
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
  };
  const post = (path: string, token: string, ...lines: string[]): string => {
    const all = [
      `POST ${path} HTTP/1.1`,
      "Host: x",
      `Authorization: Bearer ${token}`,
      "Content-Type: application/json",
    ];
    return `${[...all, ...lines].join("\r\n")}\r\n\r\n`;
  };
  const head = (...lines: string[]) => post("/api/v1/projects/default/flags", ADMIN_TOKEN, ...lines);
  /** Writes as much as is taken, up to a gigabyte. */
  const pour = async (socket: Socket, chunk: Buffer): Promise<void> => {
    const chunks = function* () {
      for (let sent = 0; sent < 1024 * MB; sent += chunk.length) yield chunk;
    };
    await pipeline(chunks, socket).catch(() => undefined);
  };
  const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;

  it.each<[string, number[], (socket: Socket) => Promise<void> | void]>([
    ["a body that says it is 1 GB (A5)", [413], (socket) => void socket.write(head(`Content-Length: ${1024 * MB}`))],
    [
      "1 GB in chunks (A5)",
      [413],
      async (socket) => {
        socket.write(head("Transfer-Encoding: chunked"));
        await pour(socket, Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`));
      },
    ],
    ["two lengths (A20)", [400], (socket) => void socket.write(`${head("Content-Length: 2", "Content-Length: 3")}{}`)],
    [
      "a length and chunks (A20)",
      [400],
      (socket) => void socket.write(`${head("Content-Length: 2", "Transfer-Encoding: chunked")}{}`),
    ],
    [
      "10,000 headers",
      [431],
      (socket) => void socket.write(head(...Array.from({ length: 10_000 }, (_, index) => `X-${index}: y`))),
    ],
    [
      "JSON nested 100,000 deep",
      [400],
      (socket) => void socket.write(`${head(`Content-Length: ${deep.length}`)}${deep}`),
    ],
    [
      "a compressed bomb of counts",
      [413],
      (socket) => {
        const bomb = gzipSync(Buffer.alloc(64 * MB, " "));
        const lines = ["Content-Encoding: gzip", `Content-Length: ${bomb.length}`];
        socket.write(post("/sdk/v1/events", scene.key, ...lines));
        socket.write(bomb);
      },
    ],
    [
      "headers that come a byte a second",
      [408],
      async (socket) => {
        socket.write("POST / HTTP/1.1\r\nX: ");
        for (let second = 0; second < 16 && !socket.destroyed; second += 1) {
          socket.write("y");
          await pause(1_000);
        }
      },
    ],
  ])("F39: answers %s with %j, and serves everybody else", async (_, statuses, send) => {
    await unharmed(async () => expect(statuses).toContain(await sendRaw(send)));
  });

  const open = async (): Promise<RawStream> => {
    const stream = await RawStream.open(server.url, { authorization: `Bearer ${scene.key}` });
    if (typeof stream === "number") throw new Error(`The stream was refused with ${stream}.`);
    return stream;
  };
  const [text, part, last, ping] = [0x81, 0x01, 0x00, 0x89];

  it.each<[string, number[], (stream: RawStream) => Promise<void> | void]>([
    [
      "a frame of 100 MB",
      [1009, 1006],
      async (stream) => {
        stream.say(hello);
        stream.send(text, Buffer.alloc(100 * MB, "x"));
      },
    ],
    [
      "a million fragments (A18)",
      [1008, 1006],
      async (stream) => {
        stream.send(part, Buffer.from("{"));
        for (let count = 0; count < 1_000_000 && stream.socket.writable; count += 1) {
          stream.send(last, Buffer.alloc(0));
          if (count % 1_000 === 0) await pause(0);
        }
      },
    ],
    ["no hello", [4400], () => undefined],
    [
      "a flood of hellos",
      [4400],
      (stream) => {
        for (let count = 0; count < 1_000; count += 1) stream.say(hello);
      },
    ],
    ["bad UTF-8", [1007], (stream) => stream.send(text, Buffer.from([0xc3, 0x28]))],
    [
      "an ack before hello, and no JSON",
      [4400],
      (stream) => {
        stream.say({ type: "ack", revision: 1 });
        stream.say("no JSON");
      },
    ],
  ])("F40: closes a stream that sends %s with %j, and serves everybody else", async (_, codes, send) => {
    await unharmed(async () => {
      const stream = await open();
      await send(stream);
      await until(() => stream.closeCode !== undefined);
      expect(codes).toContain(stream.closeCode);
      stream.socket.destroy();
    });
  });

  it("F40: survives a flood of pings", async () => {
    await unharmed(async () => {
      const stream = await open();
      stream.say(hello);
      for (let count = 0; count < 100_000 && stream.socket.writable; count += 1) {
        stream.send(ping, Buffer.alloc(100));
        if (count % 1_000 === 0) await pause(0);
      }
      stream.socket.destroy();
    });
  });
});
