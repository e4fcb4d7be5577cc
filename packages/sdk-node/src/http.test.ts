import type { ServerResponse } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import type { HttpAnswer, HttpRequest } from "@bannerol/client";
import { afterEach, describe, expect, it } from "vitest";
import { httpTransport } from "./http.ts";
import { type TestServer, testServer } from "./testing/test-server.ts";

let server: TestServer | undefined;
afterEach(async () => server?.close());

async function get(respond: (response: ServerResponse) => void, limits: Partial<HttpRequest> = {}) {
  server = await testServer({ http: (_, response) => respond(response) });
  const transport = httpTransport(new URL(`${server.url}/prefix/`), { authorization: "Bearer k" });
  const request = {
    path: "/sdk/v1/ruleset?since=1",
    headers: {},
    limitBytes: 1_000,
    idleTimeoutMs: 5_000,
    timeoutMs: 5_000,
  };
  return new Promise<HttpAnswer>((resolve) => void transport.get({ ...request, ...limits }, resolve));
}

const json = { "content-type": "application/json; charset=utf-8" };

describe("a request", () => {
  it("gives bytes as they come, and takes nothing else for them", async () => {
    const taken: number[] = [];
    const bytes = (chunk: Uint8Array) => void taken.push(...chunk);
    const all = Uint8Array.from({ length: 900 }, (_, at) => at % 256);
    const binary = { "content-type": "application/octet-stream" };
    const headers = { accept: "application/octet-stream" };
    const got = await get((response) => response.writeHead(200, binary).end(all), { bytes, headers });
    expect(got).toMatchObject({ ok: true, status: 200, body: "" });
    expect(taken).toEqual([...all]);
    await server?.close();
    expect(await get((response) => response.writeHead(200, json).end("{}"), { bytes, headers })).toMatchObject({
      ok: false,
    });
    await server?.close();
    const problem = await get((response) => response.writeHead(404, json).end('{"detail":"Gone."}'), {
      bytes,
      headers,
    });
    expect(problem).toMatchObject({ ok: true, status: 404, body: '{"detail":"Gone."}' });
    await server?.close();
    const long = await get((response) => response.writeHead(200, binary).end(Buffer.alloc(1_001)), { bytes, headers });
    expect(long).toEqual({ ok: false, reason: "Its answer is longer than 1000 bytes." });
    expect(taken).toEqual([...all]);
  });

  it("gives events as they come, and takes no page for them", async () => {
    const events = { "content-type": "text/event-stream; charset=utf-8" };
    const headers = { accept: "text/event-stream" };
    const texts: string[] = [];
    const bytes = (chunk: Uint8Array) => void texts.push(new TextDecoder().decode(chunk));
    const got = await get((response) => response.writeHead(200, events).end("data: 1\n\n"), { bytes, headers });
    expect(got).toMatchObject({ ok: true, status: 200 });
    expect(texts.join("")).toBe("data: 1\n\n");
    await server?.close();
    const page = await get((response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>"), {
      bytes,
      headers,
    });
    expect(page).toEqual({
      ok: false,
      reason: "It answered with text/html in place of events; a proxy may stand between.",
    });
  });

  it("goes below the server's path, with the key, and asks for gzip", async () => {
    let seen: unknown;
    server = await testServer({
      http: (request, response) => {
        seen = [
          request.url,
          request.headers.authorization,
          request.headers["accept-encoding"],
          request.headers["if-none-match"],
        ];
        response.writeHead(304).end();
      },
    });
    const transport = httpTransport(new URL(`${server.url}/prefix/`), { authorization: "Bearer k" });
    const headers = { "if-none-match": '"t"' };
    const request = { path: "/sdk/v1/ruleset?since=1", headers, limitBytes: 1, idleTimeoutMs: 5_000, timeoutMs: 5_000 };
    const answer = await new Promise<HttpAnswer>((resolve) => void transport.get(request, resolve));
    expect(answer).toMatchObject({ ok: true, status: 304 });
    expect(seen).toEqual(["/prefix/sdk/v1/ruleset?since=1", "Bearer k", "gzip", '"t"']);
  });

  it("gets JSON, and its tag", async () => {
    const answer = await get((response) => response.writeHead(200, { ...json, etag: '"t"' }).end('{"ä":1}'));
    expect(answer).toMatchObject({ ok: true, status: 200, body: '{"ä":1}' });
    expect(answer.ok && answer.headers.get("etag")).toBe('"t"');
  });

  it("unpacks gzip", async () => {
    const answer = await get((response) =>
      response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(gzipSync('{"a":1}')),
    );
    expect(answer).toMatchObject({ ok: true, body: '{"a":1}' });
  });

  it("hands over what a refusal says", async () => {
    const answer = await get((response) => response.writeHead(503, { "retry-after": "7" }).end('{"detail":"Later."}'));
    expect(answer).toMatchObject({ ok: true, status: 503, body: '{"detail":"Later."}' });
  });
});

describe("a request with a body", () => {
  const request = { path: "/sdk/v1/events", headers: {}, limitBytes: 1_000, idleTimeoutMs: 5_000, timeoutMs: 5_000 };

  /** A server that keeps what is posted to it, and answers with `status`. */
  async function posted(status: number, body: string) {
    const seen: { readonly head: readonly unknown[]; readonly body: string }[] = [];
    server = await testServer({
      http: async (asked, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of asked) chunks.push(chunk);
        const { authorization, "content-type": type, "content-encoding": encoding } = asked.headers;
        const head = [asked.method, asked.url, authorization, type, encoding];
        seen.push({ head, body: gunzipSync(Buffer.concat(chunks)).toString() });
        response.writeHead(status, json).end('{"detail":"d"}');
      },
    });
    const transport = httpTransport(new URL(`${server.url}/prefix/`), { authorization: "Bearer k" });
    const answer = await new Promise<HttpAnswer>((resolve) => void transport.post({ ...request, body }, resolve));
    return { answer, seen };
  }

  it.each([200, 422])("is sent as gzip, with the key, and hands over a %d", async (status) => {
    const body = JSON.stringify({ text: "ä".repeat(10_000) });
    const { answer, seen } = await posted(status, body);
    expect(answer).toMatchObject({ ok: true, status, body: '{"detail":"d"}' });
    expect(seen).toEqual([{ head: ["POST", "/prefix/sdk/v1/events", "Bearer k", "application/json", "gzip"], body }]);
  });

  it("that is cancelled before it left is never sent", async () => {
    const heard: unknown[] = [];
    server = await testServer({
      http: (asked, response) => {
        heard.push(asked.url);
        response.writeHead(200, json).end("{}");
      },
    });
    const transport = httpTransport(new URL(server.url), {});
    transport.post({ ...request, path: "/cancelled", body: "{}" }, () => heard.push("answered"))();
    await new Promise<HttpAnswer>((resolve) => void transport.post({ ...request, body: "{}" }, resolve));
    expect(heard).toEqual(["/sdk/v1/events"]);
  });

  it("fails where nobody is there", async () => {
    const transport = httpTransport(new URL("http://127.0.0.1:1"), {});
    const answer = await new Promise<HttpAnswer>((resolve) => void transport.post({ ...request, body: "{}" }, resolve));
    expect(answer).toEqual({ ok: false, reason: expect.stringContaining("ECONNREFUSED") });
  });
});

describe("a request is given up", () => {
  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    [
      "where a proxy answers with a page",
      (r) => void r.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      /text\/html/,
    ],
    ["where no type is told", (r) => void r.writeHead(200).end("{}"), /no content type/],
    ["where the body is too long", (r) => void r.writeHead(200, json).end("x".repeat(1_001)), /longer than 1000/],
    [
      "where it unpacks to too much",
      (r) => void r.writeHead(200, { ...json, "content-encoding": "gzip" }).end(gzipSync("x".repeat(1e6))),
      /longer/,
    ],
    [
      "where it is no gzip",
      (r) => void r.writeHead(200, { ...json, "content-encoding": "gzip" }).end("plain"),
      /unpacked/,
    ],
    [
      "where it is cut off",
      (r) => {
        r.writeHead(200, { ...json, "content-length": "100" });
        r.write("{");
        setTimeout(() => r.destroy(), 10);
      },
      /cut off|aborted/,
    ],
  ])("%s", async (_, respond, reason) => {
    expect(await get(respond)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it("where the body never ends, at its limit", async () => {
    const answer = await get((response) => {
      response.writeHead(200, json);
      const more = () => {
        if (!response.destroyed) response.write("x".repeat(10_000), more);
      };
      more();
    });
    expect(answer).toEqual({ ok: false, reason: expect.stringMatching(/longer/) });
  });

  it("where no byte comes", async () => {
    expect(await get(() => undefined, { idleTimeoutMs: 30 })).toEqual({
      ok: false,
      reason: "No byte arrived in time.",
    });
  });

  it("where nobody listens", async () => {
    const transport = httpTransport(new URL("http://127.0.0.1:1/"), {});
    const request = { path: "/", headers: {}, limitBytes: 1, idleTimeoutMs: 5_000, timeoutMs: 5_000 };
    const answer = await new Promise<HttpAnswer>((resolve) => void transport.get(request, resolve));
    expect(answer).toEqual({ ok: false, reason: expect.stringContaining("ECONNREFUSED") });
  });
});
