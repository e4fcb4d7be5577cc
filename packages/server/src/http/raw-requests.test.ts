/** Bytes on a socket that a client library would never send. Each gets one clear no, nothing behind it is carried out. */
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHarness, FLAGS, field, type Harness } from "../testing/harness.ts";
import { createHttpServer, type HttpServer } from "./http-server.ts";

/** What would be made if a request were taken for two. */
const smuggled = '{"key":"smuggled"}';

describe("bytes that are hardly a request", () => {
  let api: Harness;
  let http: HttpServer;
  let port: number;
  let token: string;
  beforeAll(async () => {
    api = await createHarness();
    token = await api.makeToken("admin");
    http = createHttpServer(api.app, { shortWay: api.shortWay });
    port = await http.listen(0, "127.0.0.1");
  });
  afterAll(() => http.stop(0));

  /** Sends it whole, says that there is no more, and reads to the end. */
  const send = (bytes: string | Buffer): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.end(bytes));
      let answer = "";
      socket.setEncoding("latin1").on("data", (text: string) => {
        answer += text;
      });
      socket.on("error", () => socket.destroy()).on("close", () => resolve(answer));
    });
  const statuses = (answer: string): readonly number[] =>
    [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  const lines = (...more: readonly string[]): string =>
    [
      `POST ${FLAGS} HTTP/1.1`,
      "Host: x",
      `Authorization: Bearer ${token}`,
      "Content-Type: application/json",
      ...more,
    ].join("\r\n");
  const head = (...more: readonly string[]): string => `${lines(...more)}\r\n\r\n`;
  const second = (): string => `${head("Connection: close", `Content-Length: ${smuggled.length}`)}${smuggled}`;

  const flags = async () => Object.values(Object(field((await api.ask(`GET ${FLAGS}`)).body, "items"))).length;

  it.each<[string, () => string, number[]]>([
    ["two lengths", () => head("Content-Length: 2", "Content-Length: 3"), [400]],
    ["two lengths in one line", () => head("Content-Length: 2, 2"), [400]],
    ["a length and chunks", () => head("Content-Length: 2", "Transfer-Encoding: chunked"), [400]],
    ["chunks and a length", () => head("Transfer-Encoding: chunked", "Content-Length: 2"), [400]],
    ["a length below nothing", () => head("Content-Length: -1"), [400]],
    ["a length with a sign", () => head("Content-Length: +2"), [400]],
    ["a length in hexadecimal", () => head("Content-Length: 0x2"), [400]],
    ["a length beyond all numbers", () => head(`Content-Length: ${"9".repeat(40)}`), [400]],
    ["chunks under another name", () => head("Transfer-Encoding: xchunked"), [400]],
    ["chunks that are not last", () => head("Transfer-Encoding: chunked, identity"), [400]],
    ["chunks twice", () => head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), [400]],
    ["chunks behind a vertical tab", () => head("Transfer-Encoding: \x0bchunked"), [400]],
    ["a name with a blank behind it", () => head("Content-Length : 2"), [400]],
    ["a line that goes on in the next", () => head("X-Folded: a", " Content-Length: 2"), [400]],
    ["a line that ends in a bare return", () => `${lines("X: a\rContent-Length: 2")}\r\n\r\n`, [400]],
    ["a chunk's length that is none", () => `${head("Transfer-Encoding: chunked")}zz\r\n{}\r\n0\r\n\r\n`, [400]],
    ["a chunk longer than it says", () => `${head("Transfer-Encoding: chunked")}1\r\n{}}}\r\n0\r\n\r\n`, [400]],
    ["a chunk's length beyond all numbers", () => `${head("Transfer-Encoding: chunked")}${"f".repeat(17)}\r\n`, [400]],
    ["a version that is none", () => "GET /livez HTTP/9.9\r\nHost: x\r\n\r\n", [400]],
    ["a method that is none", () => "G\x00T /livez HTTP/1.1\r\nHost: x\r\n\r\n", [400]],
    ["the preface of HTTP/2", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]],
    ["the beginning of TLS", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]],
  ])("A20, F39: are refused and end the connection: %s", async (_, bytes, expected) => {
    const before = await flags();
    const seen = statuses(await send(bytes() + second()));
    expect(seen).toEqual(expected);
    expect(await flags()).toBe(before);
  });

  it.each<[string, () => string | Buffer, number]>([
    [
      "JSON nested 100,000 deep",
      () => {
        const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
        return `${head("Connection: close", `Content-Length: ${deep.length}`)}${deep}`;
      },
      400,
    ],
    [
      "lists nested 100,000 deep, in chunks of one byte",
      () => {
        const deep = [..."[".repeat(100_000)].map((byte) => `1\r\n${byte}\r\n`).join("");
        return `${head("Connection: close", "Transfer-Encoding: chunked")}${deep}0\r\n\r\n`;
      },
      400,
    ],
    [
      "a body over the limit in chunks of one byte",
      () => {
        const many = `1\r\n \r\n`.repeat(1_100_000);
        return `${head("Connection: close", "Transfer-Encoding: chunked")}${many}0\r\n\r\n`;
      },
      413,
    ],
    [
      "a compressed body",
      () => {
        const zipped = gzipSync(smuggled);
        const first = head("Connection: close", "Content-Encoding: gzip", `Content-Length: ${zipped.length}`);
        return Buffer.concat([Buffer.from(first), zipped]);
      },
      415,
    ],
  ])("A5, A20, F39: are refused by what comes of them: %s", async (_, bytes, status) => {
    const before = await flags();
    expect(statuses(await send(bytes()))).toEqual([status]);
    expect(await flags()).toBe(before);
  });

  it.each<[string, string, string, number]>([
    ["of no segment", "nobody", "", 404],
    ["with a line that is none, at its beginning", "beta", `${"x".repeat(2_000)}\n`, 422],
  ])("F39: of a long list %s, are refused, and leave the connection to the next request", async (_, key, first, no) => {
    await api.ask("POST /api/v1/projects/default/segments", { body: { key: "beta" } });
    const keys = first + "customer-number-one\n".repeat(50_000);
    const put = [
      `PUT /api/v1/projects/default/segments/${key}/keys HTTP/1.1`,
      "Host: x",
      `Authorization: Bearer ${token}`,
      `Content-Length: ${keys.length}`,
    ].join("\r\n");
    const next = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    expect(statuses(await send(`${put}\r\n\r\n${keys}${next}`))).toEqual([no, 200]);
  });

  it("F39: whatever they are, get no answer but the server's own, and others are served", async () => {
    const word = fc.oneof(
      fc.constantFrom("GET", "POST", "/livez", FLAGS, "HTTP/1.1", "HTTP/1.0", "\r\n", "\n", "\r", " ", ":", "\t", "\0"),
      fc.constantFrom(
        "Host: x\r\n",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "0\r\n\r\n",
        "5\r\nhello\r\n",
      ),
      fc.constantFrom(
        "Expect: 100-continue\r\n",
        "Connection: Upgrade\r\nUpgrade: h2c\r\n",
        "\r\n\r\n",
        "{}",
        "*",
        "%",
      ),
      fc.string({ unit: "binary", maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 30 }), async (words) => {
        const seen = statuses(await send(words.join("")));
        expect(seen.every((status) => status < 500)).toBe(true);
        expect(statuses(await send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))).toEqual([200]);
      }),
      { numRuns: 150 },
    );
    expect(api.lines.filter((line) => /"level":"?(50|60|error|fatal)/.test(line))).toEqual([]);
  });
});
