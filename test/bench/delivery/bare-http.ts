/** The floor under requests for rulesets: a server that sends bytes which it has, and 304 to whoever has them. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { answer } from "./answering.ts";
import type { Arrived } from "./get-bytes.ts";
import { getRuleset, type Place } from "./place.ts";

/** Takes its bytes from a server; answers with its own port. */
async function listen(place: Place): Promise<number> {
  const raw = await getRuleset(place, { "accept-encoding": "identity" });
  const gzipped = await getRuleset(place, { "accept-encoding": "gzip" });
  const plain = { ...describe(raw), "content-length": raw.body.length };
  const packed = { ...describe(gzipped), "content-length": gzipped.body.length };
  const { "content-type": _type, ...unchanged } = describe(raw);
  const server = createServer(({ headers }, response) => {
    if (headers["if-none-match"] === unchanged.etag) response.writeHead(304, unchanged).end();
    else if (headers["accept-encoding"]?.includes("gzip")) response.writeHead(200, packed).end(gzipped.body);
    else response.writeHead(200, plain).end(raw.body);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** The headers of the answer that are the answer's own, and not of the connection. */
function describe({ headers }: Arrived): IncomingHttpHeaders {
  const own = ["content-type", "content-encoding", "etag", "cache-control", "vary"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => own.includes(name)));
}

const requests = { listen };
export type BareHttpRequests = typeof requests;
answer(requests);
