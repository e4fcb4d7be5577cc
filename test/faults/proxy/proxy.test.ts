import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type Arrival, answer, hangUp, page, reset, staySilent, upgrade } from "./arrivals.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { firstFrame, frameOf, textFrame } from "./frames.ts";
import { Splitter } from "./splitter.ts";

const HEAD = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

describe("frames", () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])("of %i bytes come back as they were", (length) => {
    const bytes = textFrame("x".repeat(length));
    expect(firstFrame(Buffer.concat([bytes, Buffer.of(1)]))).toEqual({ bytes, text: "x".repeat(length) });
    expect(firstFrame(bytes.subarray(0, -1))).toBeUndefined();
  });

  it.each([0x82, 0x89, 0x01, 0x80])("that begin with %i are no whole text", (first) => {
    expect(firstFrame(frameOf(first, Buffer.from("x")))?.text).toBeUndefined();
  });

  it("are found however the bytes are cut, and all bytes come out in order", () => {
    const words = fc.array(fc.string({ maxLength: 300 }), { maxLength: 5 });
    fc.assert(
      fc.property(words, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (messages, sizes) => {
        const whole = Buffer.concat([Buffer.from(HEAD), ...messages.map((message) => textFrame(message))]);
        const splitter = new Splitter();
        const pieces = [];
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(...splitter.take(whole.subarray(at, at + size)));
          at += size;
        }
        expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(whole);
        expect(pieces.flatMap((piece) => piece.text ?? [])).toEqual(messages);
      }),
    );
  });

  it("are looked for after an upgrade alone", () => {
    const splitter = new Splitter();
    const answered = Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\n\r\n"), textFrame("no frame")]);
    expect(splitter.take(answered)).toEqual([{ bytes: answered }]);
    expect(new Splitter().take(Buffer.from("R\0\0"))).toEqual([{ bytes: Buffer.from("R\0\0") }]);
  });
});

describe("the fault proxy", () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** A proxy before a server that does `serve` with each connection. */
  const before = async (serve: (socket: Socket) => void): Promise<FaultProxy> => {
    const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
      ends.push(() => socket.destroy());
      serve(socket.on("error", () => undefined));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    ends.push(() => server.close());
    const proxy = await FaultProxy.before(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    ends.push(() => proxy.close());
    return proxy;
  };
  const open = (proxy: FaultProxy): Socket => {
    const socket = connect({ port: proxy.port, allowHalfOpen: true });
    ends.push(() => socket.destroy());
    return socket.on("error", () => undefined);
  };
  /** What arrives until the end, and how that came. */
  const heardBy = async (socket: Socket): Promise<{ readonly bytes: Buffer; readonly end: string }> => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    const end = await Promise.race([
      once(socket, "end").then(() => "FIN"),
      new Promise<string>((resolve) =>
        socket.once("error", (error: NodeJS.ErrnoException) => resolve(`${error.code}`)),
      ),
    ]);
    return { bytes: Buffer.concat(chunks), end };
  };
  const frames = ["one", "two", "three"].map((word) => textFrame(word));
  const sayFrames = (socket: Socket) => socket.end(Buffer.concat([Buffer.from(HEAD), ...frames]));
  const after = (heard: Buffer) => heard.subarray(HEAD.length);

  it("passes what is said, each way, also once one side has ended", async () => {
    const proxy = await before((socket) => {
      let said = "";
      socket.on("data", (chunk) => {
        said += chunk;
      });
      socket.on("end", () => socket.end(`you said ${said}`));
    });
    const socket = open(proxy);
    socket.end("GET /path?query HTTP/1.1\r\n");
    expect((await heardBy(socket)).bytes.toString()).toBe("you said GET /path?query HTTP/1.1\r\n");
    expect(proxy.requests).toEqual(["GET /path"]);
  });

  it.each<[string, Arrival, RegExp, string]>([
    ["hangs up", hangUp, /^$/, "FIN"],
    ["resets", reset, /^$/, "ECONNRESET"],
    ["answers garbage", answer("\0garbage"), /^\0garbage$/, "FIN"],
    ["answers a page", page("502 Bad Gateway"), /^HTTP\/1\.1 502 Bad Gateway\r\n.*<h1>/s, "FIN"],
    ["upgrades and ends", upgrade(textFrame("hello")), /^HTTP\/1\.1 101 .*Accept: .*\r\n\r\n..hello$/s, "FIN"],
  ])("%s", async (_, arrival, heard, end) => {
    const proxy = await before(sayFrames);
    proxy.arriving = arrival;
    const socket = open(proxy);
    socket.write("GET / HTTP/1.1\r\nSec-WebSocket-Key: x\r\n\r\n");
    const got = await heardBy(socket);
    expect(got.bytes.toString("latin1")).toMatch(heard);
    expect(got.end).toBe(end);
    expect(proxy.links).toEqual([]);
  });

  it("stays silent", async () => {
    const proxy = await before(sayFrames);
    proxy.arriving = staySilent;
    const socket = open(proxy);
    let heard = 0;
    socket.on("data", ({ length }: Buffer) => {
      heard += length;
    });
    await once(socket, "connect");
    proxy.arriving = () => "pass";
    await heardBy(open(proxy));
    expect(heard).toBe(0);
    expect(socket.readyState).toBe("open");
  });

  it.each<[string, (bytes: Buffer, text: string) => readonly (Buffer | "cut" | "reset")[], Buffer, string]>([
    [
      "drops",
      (bytes, said) => (said === "two" ? [] : [bytes]),
      Buffer.concat([textFrame("one"), textFrame("three")]),
      "FIN",
    ],
    [
      "doubles",
      (bytes, said) => (said === "two" ? [bytes, bytes] : []),
      Buffer.concat([textFrame("two"), textFrame("two")]),
      "FIN",
    ],
    [
      "edits",
      (_, said) => [textFrame(said.toUpperCase())],
      Buffer.concat(["ONE", "TWO", "THREE"].map(textFrame)),
      "FIN",
    ],
    [
      "ends a byte before a frame's edge",
      (bytes, said) => (said === "two" ? [bytes.subarray(0, -1), "cut"] : [bytes]),
      Buffer.concat(frames).subarray(0, 9),
      "FIN",
    ],
  ])("%s what the server says", async (_, edit, heard, end) => {
    const proxy = await before(sayFrames);
    proxy.edit = (frame) => edit(frame.bytes, frame.text);
    const got = await heardBy(open(proxy));
    expect(after(got.bytes)).toEqual(heard);
    expect(got.end).toBe(end);
    expect(proxy.messages.slice(0, 2)).toEqual(["one", "two"]);
  });

  it("resets in the place of what the server says", async () => {
    const proxy = await before((socket) => {
      socket.write(HEAD);
      socket.once("data", () => socket.write(textFrame("one")));
    });
    proxy.edit = () => ["reset"];
    const socket = open(proxy);
    await once(socket, "data");
    const heard = heardBy(socket);
    socket.write("x");
    expect((await heard).end).toBe("ECONNRESET");
  });

  it("stalls one direction alone, and lets it flow again", async () => {
    const proxy = await before((socket) => void socket.on("data", (chunk) => socket.write(chunk)));
    proxy.prepare = ({ down }) => {
      if (proxy.links.length === 1) down.stall();
    };
    const stalled = open(proxy);
    let answered = "";
    stalled.on("data", (chunk) => {
      answered += chunk;
    });
    stalled.write("a");
    await once(stalled, "connect");
    const other = open(proxy);
    other.write("b");
    await once(other, "data");
    expect([answered, proxy.links[0]?.said]).toEqual(["", "a"]);
    proxy.links[0]?.down.flow();
    await once(stalled, "data");
    expect(answered).toBe("a");
  });

  it("holds what is said until its end", async () => {
    const proxy = await before((socket) => socket.write("a", () => socket.end("b")));
    proxy.prepare = ({ down }) => {
      down.holds = true;
    };
    const socket = open(proxy);
    const [first] = await once(socket, "data");
    expect(String(first)).toBe("ab");
  });

  it("narrows and delays, and loses nothing", async () => {
    const proxy = await before((socket) => socket.end("x".repeat(100)));
    proxy.prepare = ({ down }) => Object.assign(down, { bytesPerSecond: 400, delayMs: 5 });
    const socket = open(proxy);
    const sizes: number[] = [];
    socket.on("data", ({ length }: Buffer) => sizes.push(length));
    expect((await heardBy(socket)).bytes.toString()).toBe("x".repeat(100));
    expect(Math.max(...sizes)).toBeLessThan(100);
  });

  it("cuts an answer off after so many bytes", async () => {
    const proxy = await before((socket) => socket.end("x".repeat(100)));
    proxy.prepare = ({ down }) => {
      down.bytesLeft = 40;
    };
    expect(await heardBy(open(proxy))).toEqual({ bytes: Buffer.from("x".repeat(40)), end: "FIN" });
  });

  it.each([
    ["cut", "FIN"],
    ["reset", "ECONNRESET"],
  ] as const)("ends what is open by %s, and takes new ones", async (how, end) => {
    const proxy = await before((socket) => socket.write("x"));
    const socket = open(proxy);
    await once(socket, "data");
    const heard = heardBy(socket);
    proxy.end(how);
    expect((await heard).end).toBe(end);
    await once(open(proxy), "data");
  });

  it("goes by what is asked for", async () => {
    const proxy = await before((socket) => void socket.once("data", () => socket.end("passed")));
    proxy.asked = (link) => {
      if (link.isWebSocket) link.end("cut");
    };
    const heard = ["Upgrade: websocket", "Accept: text/html"].map(async (header) => {
      const socket = open(proxy);
      socket.write(`GET / HTTP/1.1\r\n${header}\r\n\r\n`);
      return (await heardBy(socket)).bytes.toString();
    });
    expect(await Promise.all(heard)).toEqual(["", "passed"]);
  });

  it("ends an idle connection, and no busy one", async () => {
    const proxy = await before((socket) => socket.write("x"));
    proxy.prepare = (link) => link.endWhenIdle(50);
    expect((await heardBy(open(proxy))).end).toBe("FIN");
  });
});
