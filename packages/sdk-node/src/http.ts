/** Requests by Node's own client. Bounded in size and time, keeps no process alive, follows no redirect. */
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { HttpAnswer, HttpRequest, HttpTransport } from "@bannerol/client";
import { headersOf } from "./headers.ts";
import { zipped } from "./http-body.ts";

/** Enough for a problem document; of a proxy's page nobody needs more. */
const MAX_PROBLEM_BYTES = 64 * 1024;

/** What an answer must be, by what was asked for. */
const JSON_TYPE = { name: "JSON", form: /^application\/([\w.-]+\+)?json\b/i, encodings: "gzip" };
const TYPES = new Map([
  ["application/octet-stream", { name: "bytes", form: /^application\/octet-stream\b/i, encodings: "gzip" }],
  // A proxy that compresses holds back what it has until there is more.
  ["text/event-stream", { name: "events", form: /^text\/event-stream\b/i, encodings: "identity" }],
]);

export function httpTransport(server: URL, headers: { readonly [name: string]: string }): HttpTransport {
  return {
    get: (request, done) => exchange(server, headers, { request, done }),
    post: (request, done) =>
      zipped(request.body, done, (body) => {
        const sent = { ...headers, "content-type": "application/json", "content-encoding": "gzip" };
        return exchange(server, sent, { request, done, body });
      }),
  };
}

interface Exchange {
  readonly request: HttpRequest;
  readonly done: (answer: HttpAnswer) => void;
  /** Sent by POST. */
  readonly body?: Uint8Array;
}

function exchange(
  server: URL,
  headers: { readonly [name: string]: string },
  { request, done, body }: Exchange,
): () => void {
  const url = new URL(request.path.replace(/^\//, ""), server);
  const expected = TYPES.get(request.headers.accept ?? "") ?? JSON_TYPE;
  const sent = (url.protocol === "https:" ? https : http).request(url, {
    method: body === undefined ? "GET" : "POST",
    // A socket of its own: requests are rare, and an idle pooled one could be dead.
    agent: false,
    headers: { accept: "application/json", "accept-encoding": expected.encodings, ...headers, ...request.headers },
  });
  let over = false;
  const finish = (answer: HttpAnswer | undefined): void => {
    if (over) return;
    over = true;
    clearTimeout(limit);
    clearTimeout(idle);
    sent.destroy();
    if (answer !== undefined) done(answer);
  };
  const fail = (reason: string): void => finish({ ok: false, reason });
  const idle = setTimeout(fail, request.idleTimeoutMs, "No byte arrived in time.").unref();
  const limit = setTimeout(fail, request.timeoutMs, "It took too long.").unref();
  sent.on("socket", (socket) => socket.unref());
  sent.on("error", (error) => fail(`${error.message}.`));
  sent.on("response", (response) => {
    response.on("data", () => idle.refresh());
    read(response, { ...request, expected }, finish);
  });
  sent.end(body);
  return () => finish(undefined);
}

function read(
  response: IncomingMessage,
  { limitBytes, bytes, expected }: HttpRequest & { readonly expected: typeof JSON_TYPE },
  finish: (answer: HttpAnswer) => void,
): void {
  const headers = headersOf(response);
  const status = response.statusCode ?? 0;
  const fail = (reason: string): void => finish({ ok: false, reason });
  if (status === 200 && !expected.form.test(headers.get("content-type") ?? "")) {
    const type = headers.get("content-type") ?? "no content type";
    fail(`It answered with ${type} in place of ${expected.name}; a proxy may stand between.`);
    return;
  }
  const take = status === 200 ? bytes : undefined;
  const most = status === 200 ? limitBytes : Math.min(MAX_PROBLEM_BYTES, limitBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  const body = decoded(response, headers.get("content-encoding"), fail);
  body.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > most) fail(`Its answer is longer than ${most} bytes.`);
    else if (take !== undefined) take(chunk);
    else chunks.push(chunk);
  });
  body.on("end", () => finish({ ok: true, status, headers, body: Buffer.concat(chunks).toString() }));
  // An answer that was cut off ends without an end.
  response.on("aborted", () => fail("Its answer was cut off."));
  response.on("error", (error) => fail(`${error.message}.`));
}

function decoded(response: IncomingMessage, encoding: string | undefined, fail: (reason: string) => void): Readable {
  if (encoding !== "gzip") return response;
  const body = createGunzip();
  body.on("error", (error) => fail(`Its answer cannot be unpacked: ${error.message}.`));
  return response.pipe(body);
}
