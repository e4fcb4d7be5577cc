/** Requests by `fetch`, bounded in size and time. No cookie goes with them, and nothing comes from a cache. */
import type { HttpAnswer, HttpPost, HttpRequest, HttpTransport } from "@bannerol/client";
import type { Server } from "../options.ts";

/** What may still be under way when the page is left. */
const MAX_KEEPALIVE_LENGTH = 60_000;

export function httpTransport({ address, key }: Server): HttpTransport {
  const exchange = (request: HttpRequest & Partial<HttpPost>, done: (answer: HttpAnswer) => void) => {
    const { path, headers, body, timeoutMs } = request;
    const abort = new AbortController();
    let over = false;
    const finish = (answer?: HttpAnswer): void => {
      if (over) return;
      over = true;
      clearTimeout(limit);
      clearTimeout(idle);
      abort.abort();
      if (answer !== undefined) done(answer);
    };
    const fail = (reason: string) => finish({ ok: false, reason });
    const wait = () => setTimeout(fail, request.idleTimeoutMs, "No byte arrived in time.");
    const limit = setTimeout(fail, timeoutMs, "It took too long.");
    let idle = wait();
    const heard = (): void => {
      clearTimeout(idle);
      idle = wait();
    };
    const send = (): Promise<Response> =>
      fetch(address + path.slice(1), {
        method: body === undefined ? "GET" : "POST",
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body, keepalive: body.length < MAX_KEEPALIVE_LENGTH }),
        // Where nothing is cached, some runtimes refuse to be told so.
        ...("cache" in Request.prototype && { cache: "no-store" }),
        credentials: "omit",
        signal: abort.signal,
      });
    read(send, request, heard).then(finish, (error) => fail(`${error.message}.`));
    return () => finish();
  };
  return { get: exchange, post: exchange };
}

/** `send` may throw what it should reject with: some runtimes do. */
async function read(
  send: () => Promise<Response>,
  { limitBytes, bytes }: HttpRequest,
  heard: () => void,
): Promise<HttpAnswer> {
  const response = await send();
  const { status } = response;
  const headers = new Map(response.headers);
  const take = status === 200 ? bytes : undefined;
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let body = "";
  let size = 0;
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (value === undefined || done) return { ok: true, status, headers, body };
    heard();
    size += value.length;
    if (size > limitBytes) return { ok: false, reason: `Its answer is longer than ${limitBytes} bytes.` };
    if (take === undefined) body += decoder.decode(value, { stream: true });
    else take(value);
  }
}
