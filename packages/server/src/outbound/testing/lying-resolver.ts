/** A name server on this machine that says what it is told to, one answer after the other. */
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { isIP } from "node:net";

const TYPE_A = 1;
const HEADER_BYTES = 12;

export interface LyingResolver extends AsyncDisposable {
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** How many questions were asked. */
  readonly asked: () => number;
}

/** `answers` are used up in order, the last one for ever; each holds IPv4 addresses. */
export async function lyingResolver(...answers: readonly (readonly string[])[]): Promise<LyingResolver> {
  const socket = createSocket("udp4");
  let asked = 0;
  socket.on("message", (question, from) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    socket.send(reply(question, addresses), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    resolve: (host) => resolver.resolve4(host),
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      resolver.cancel();
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

/** RFC 1035: the question again, then an A record for each address, its name a pointer to the question's. */
function reply(question: Buffer, addresses: readonly string[]): Buffer {
  const end = question.indexOf(0, HEADER_BYTES) + 5;
  const header = Buffer.from(question.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt16BE(0, 10);
  const records = addresses.filter((address) => isIP(address) === 4).map(record);
  return Buffer.concat([header, question.subarray(HEADER_BYTES, end), ...records]);
}

function record(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(0xc00c, 0);
  bytes.writeUInt16BE(TYPE_A, 2);
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt16BE(4, 10);
  bytes.set(address.split(".").map(Number), 12);
  return bytes;
}
