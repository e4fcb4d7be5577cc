/** What the client needs of the world. All of it is handed in, so that browsers, Node and tests each bring their own. */

export interface Clock {
  /** The wall clock, epoch milliseconds: for `$now` and for the age of a cache file, never for waiting. */
  now(): number;
  /** Milliseconds that never go back: for waits, watchdogs and ages. */
  monotonic(): number;
}

export interface Timers {
  /** Calls `fn` once after `ms`, without keeping the process alive. The answer cancels it. */
  set(ms: number, fn: () => void): () => void;
  /** Keeps the process alive until the answer is called: somebody waits for a promise of the client. */
  hold(): () => void;
}

/** Uniform, at least 0 and below 1. */
export type Random = () => number;

/** Why a request or a stream ended, where the peer or the network said so. */
export interface Ending {
  /** The WebSocket's close code. */
  readonly code?: number;
  /** The HTTP status, where a response came in place of what was asked for. */
  readonly status?: number;
  /** `Retry-After`, as a duration. */
  readonly retryAfterMs?: number;
  /** For people: what happened. */
  readonly reason: string;
}

export interface StreamHandlers {
  readonly opened: () => void;
  readonly message: (text: string) => void;
  /** Called once; nothing is called afterwards. */
  readonly closed: (ending: Ending) => void;
}

export interface Stream {
  send(text: string): void;
  /** Ends it. Handlers may still be called; the driver no longer listens. */
  close(): void;
}

export interface StreamTransport {
  /** Whether the key travels in `hello`, since this transport cannot set headers. */
  readonly keyInHello: boolean;
  open(handlers: StreamHandlers): Stream;
}

export interface HttpRequest {
  /** Path and query, below the server's address. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  /** A longer body is given up. */
  readonly limitBytes: number;
  /** Given up where no byte arrives for this long. */
  readonly idleTimeoutMs: number;
  /** Given up where it is not finished after this long. */
  readonly timeoutMs: number;
  /** Takes the body of a 200 as it comes, of the type that `accept` names; the answer's `body` is empty then. */
  readonly bytes?: (chunk: Uint8Array) => void;
}

export type HttpAnswer =
  | { readonly ok: true; readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string }
  | { readonly ok: false; readonly reason: string };

/** Takes JSON, where the answer is a success. */
export interface HttpPost extends Omit<HttpRequest, "bytes"> {
  /** JSON. The transport may compress it. */
  readonly body: string;
}

export interface HttpTransport {
  /** `done` is called once, unless the answer of this call cancelled it before. Header names are in lower case. */
  get(request: HttpRequest, done: (answer: HttpAnswer) => void): () => void;
  /** The same, for a request with a body. */
  post(request: HttpPost, done: (answer: HttpAnswer) => void): () => void;
}

/** Keeps texts of `ruleset/cache.ts` from one process to the next. */
export interface RulesetStorage {
  /** What lies there, the newest first. Rejects where it cannot be read. */
  load(): Promise<readonly string[]>;
  /** Keeps `text`, unless a newer revision of its epoch is there. Rejects where it cannot. */
  save(text: string, identity: { readonly epoch: string; readonly revision: number }): Promise<void>;
}

/** Where the client tells people what they should know; `console` will do. */
export interface Logger {
  warn(message: string): void;
}
