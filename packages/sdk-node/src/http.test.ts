import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { HttpAnswer } from "@bannerol/client";
import { afterEach, describe, expect, it } from "vitest";
import { httpTransport } from "./http.ts";
import { type TestServer, testServer } from "./testing/test-server.ts";

let server: TestServer | undefined;
afterEach(async () => server?.close());

async function get(
  respond: (response: ServerResponse) => void,
  limits: { limitBytes?: number; idleTimeoutMs?: number } = {},
) {
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
