/**
 * One call of the admin API: a request in, a typed answer or a typed error out. It knows addresses, headers and
 * problem documents, and nothing of what is asked.
 */
import type { FieldProblem } from "@bannerol/protocol";
import type { ApprovalAnswer } from "@bannerol/protocol/schemas";
import { AdminApiError, ApprovalPending, InvalidPathError, ServerUnreachableError } from "./errors.ts";

export interface AdminClientOptions {
  /** Where the server is, like `http://localhost:4400`; a path in front of `/api/v1` is kept. */
  readonly url: string;
  readonly token: string;
  /** The platform's unless given. */
  readonly fetch?: typeof fetch;
  /** Give up after this long; 30,000 unless given. */
  readonly timeoutMs?: number;
  /** Who is calling, for the server's logs; `bannerol-admin-client` unless given. */
  readonly userAgent?: string;
}

export interface AdminRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path's segments below `/api/v1`, not yet encoded. */
  readonly path: readonly string[];
  /** A name that is undefined is left out. */
  readonly query?: { readonly [name: string]: string | number | undefined } | undefined;
  readonly body?: unknown;
  /** A body of text that is sent as it comes, and may take as long as it does. */
  readonly lines?: AsyncIterable<Uint8Array> | undefined;
  /** The ETag of what the change was decided on. */
  readonly ifMatch?: string | undefined;
}

/** What the server answered, and the ETag that a later change can name in `ifMatch`. */
export interface Answer<T> {
  readonly body: T;
  readonly etag?: string;
}

/** Performs a request. The type of the answer is the route's, as the protocol's schemas describe it. */
export type Send = <T>(request: AdminRequest) => Promise<Answer<T>>;

const DEFAULT_TIMEOUT_MS = 30_000;

export function createSend(options: AdminClientOptions): Send {
  const perform = options.fetch ?? fetch;
  return async <T>(request: AdminRequest): Promise<Answer<T>> => {
    const address = addressOf(options.url, request);
    const response = await answered(options.url, () => perform(address, requestInit(options, request)));
    const text = await answered(options.url, () => response.text());
    const body = parseJson(text);
    if (!response.ok) throw problemOf(response, body, options.url);
    if (body === undefined) throw notOurs(response, options.url);
    if (response.status === 202) throw new ApprovalPending((body as ApprovalAnswer).approval);
    const etag = response.headers.get("ETag");
    return { body: body as T, ...(etag !== null && { etag }) };
  };
}

/** Throws `ServerUnreachableError` where nothing answers at the address. Sends no token. */
export async function checkReachable(url: string, perform: typeof fetch = fetch): Promise<void> {
  const signal = AbortSignal.timeout(DEFAULT_TIMEOUT_MS);
  const response = await answered(url, () => perform(`${url.replace(/\/+$/, "")}/livez`, { signal }));
  await response.body?.cancel();
}

function addressOf(url: string, { path, query }: AdminRequest): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  const search = parameters.size > 0 ? `?${parameters}` : "";
  return `${url.replace(/\/+$/, "")}/api/v1/${path.map(encodeSegment).join("/")}${search}`;
}

/** A URL drops `.` and `..` however they are encoded, and with them the segment before. */
function encodeSegment(segment: string): string {
  if (segment === "" || segment === "." || segment === ".." || /\p{Surrogate}/u.test(segment)) {
    throw new InvalidPathError(segment);
  }
  return encodeURIComponent(segment);
}

function requestInit(options: AdminClientOptions, { method, body, lines, ifMatch }: AdminRequest): RequestInit {
  return {
    method,
    // A redirect would carry the token to a server that nobody named.
    redirect: "error",
    ...(lines === undefined && { signal: AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS) }),
    headers: {
      Accept: "application/json",
      Authorization: `Bearer ${options.token}`,
      "User-Agent": options.userAgent ?? "bannerol-admin-client",
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...(lines !== undefined && { "Content-Type": "text/plain; charset=utf-8" }),
      ...(ifMatch !== undefined && { "If-Match": ifMatch }),
      ...(method === "POST" && { "Idempotency-Key": crypto.randomUUID() }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(lines !== undefined && streamed(lines)),
  };
}

/** `duplex` is what the platform asks for where a body is a stream. */
function streamed(lines: AsyncIterable<Uint8Array>): RequestInit & { readonly duplex: "half" } {
  const chunks = lines[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => void (await chunks.return?.()),
  });
  return { body, duplex: "half" };
}

async function answered<T>(url: string, perform: () => Promise<T>): Promise<T> {
  try {
    return await perform();
  } catch (error) {
    throw new ServerUnreachableError(url, reasonOf(error), error);
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nothing listens there"],
  ["ECONNRESET", "the connection broke"],
  ["UND_ERR_SOCKET", "the connection broke"],
  ["ENOTFOUND", "the name is not known"],
  ["EAI_AGAIN", "the name cannot be looked up"],
  ["ETIMEDOUT", "it took too long"],
  ["UND_ERR_CONNECT_TIMEOUT", "it took too long"],
]);

/** `fetch` says only "fetch failed"; what happened is in its cause, with several addresses in the causes of that. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it took too long";
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return reasons.get(code) ?? (cause.message || code || error.message);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(response: Response, body: unknown, url: string): AdminApiError {
  const fields = new Map(typeof body === "object" && body !== null ? Object.entries(body) : []);
  const code = fields.get("code");
  const detail = fields.get("detail");
  if (typeof code !== "string" || typeof detail !== "string") return notOurs(response, url);
  const title = fields.get("title");
  const requestId = fields.get("requestId");
  return new AdminApiError({
    status: response.status,
    code,
    title: typeof title === "string" ? title : "Refused",
    detail,
    errors: fieldProblems(fields.get("errors")),
    ...(typeof requestId === "string" && { requestId }),
    ...hints(response.headers),
  });
}

function fieldProblems(errors: unknown): FieldProblem[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    if (typeof error !== "object" || error === null || !("path" in error) || !("message" in error)) return [];
    return [{ path: String(error.path), message: String(error.message) }];
  });
}

function hints(headers: Headers): { etag?: string; retryAfterMs?: number } {
  const etag = headers.get("ETag");
  const seconds = Number(headers.get("Retry-After") ?? Number.NaN);
  return { ...(etag !== null && { etag }), ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }) };
}

function notOurs(response: Response, url: string): AdminApiError {
  return new AdminApiError({
    status: response.status,
    code: "unknown",
    title: "Not an answer of Bannerol",
    detail:
      `${url} answered ${response.status} with something that is no answer of a Bannerol server. ` +
      "Check the address; a proxy in between may have answered.",
    ...hints(response.headers),
  });
}
