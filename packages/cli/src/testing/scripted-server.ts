import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived. */
export interface Seen {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

export interface Scripted {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body: unknown;
  /** The answer waits for this. */
  readonly delayed?: Promise<unknown>;
}

/** Answers by `METHOD /path` below `/api/v1`, the query left out; what is not in the script is not found. */
export type Script = { readonly [request: string]: Scripted | ((seen: Seen) => Scripted) };

export interface ScriptedServer {
  readonly url: string;
  readonly seen: Seen[];
  script: Script;
  close(): Promise<void>;
}

/** An admin API that says what a test tells it to, and remembers what it was asked. */
export async function startScriptedServer(script: Script = {}): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const scripted = { seen, script, url: "", close: async () => {} };
  const server = createServer(async (request, response) => {
    const arrived = await read(request);
    seen.push(arrived);
    const found = scripted.script[`${arrived.method} ${arrived.path.split("?")[0]}`];
    const answer = typeof found === "function" ? found(arrived) : (found ?? notFound);
    const { status = 200, headers = {}, body } = answer;
    await answer.delayed;
    response.writeHead(status, {
      "Content-Type": status < 400 ? "application/json" : "application/problem+json",
      ...headers,
    });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  scripted.url = `http://127.0.0.1:${await listen(server)}`;
  scripted.close = () => stop(server);
  return scripted;
}

/** A problem document. */
export function problem(status: number, code: string, detail: string, more: object = {}): Scripted {
  return { status, body: { type: "about:blank", title: code, status, code, detail, ...more } };
}

const notFound = problem(404, "not_found", "It does not exist.");

async function read(request: IncomingMessage): Promise<Seen> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const { method = "", url = "", headers } = request;
  return { method, path: url.replace(/^\/api\/v1/, ""), headers, body: bodyOf(request, text) };
}

function bodyOf({ headers }: IncomingMessage, text: string): unknown {
  if (text === "") return undefined;
  return headers["content-type"]?.startsWith("text/plain") ? text : JSON.parse(text);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
