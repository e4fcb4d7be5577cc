/**
 * Transports whose other end is the test: every stream that a client opens and every request that it makes is handed
 * over, and the test answers, or does not.
 */

interface Ending {
  readonly code?: number;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly reason: string;
}

interface StreamHandlers {
  readonly opened: () => void;
  readonly message: (text: string) => void;
  readonly closed: (ending: Ending) => void;
}

/** One stream, seen from the server. */
export interface FakeStream {
  /** What the client sent, parsed. */
  readonly sent: readonly unknown[];
  /** Whether the client ended it. */
  readonly ended: boolean;
  accept(): void;
  /** Sends an object as JSON, or a text as it is. */
  say(message: unknown): void;
  close(ending?: Partial<Ending>): void;
}

export interface FakeStreamTransport {
  readonly keyInHello: boolean;
  readonly streams: readonly FakeStream[];
  readonly latest: FakeStream;
  open(handlers: StreamHandlers): { send(text: string): void; close(): void };
}

/** `opened` sees each stream as it is asked for, and may answer at once. `said` sees what the client sends. */
export function fakeStreamTransport(
  script: {
    readonly opened?: (stream: FakeStream) => void;
    readonly said?: (stream: FakeStream, message: unknown) => void;
    readonly keyInHello?: boolean;
  } = {},
): FakeStreamTransport {
  const streams: FakeStream[] = [];
  return {
    keyInHello: script.keyInHello ?? false,
    streams,
    get latest() {
      const latest = streams.at(-1);
      if (latest === undefined) throw new Error("No stream was opened.");
      return latest;
    },
    open(handlers) {
      const sent: unknown[] = [];
      let ended = false;
      const stream: FakeStream = {
        sent,
        get ended() {
          return ended;
        },
        accept: () => handlers.opened(),
        say: (message) => handlers.message(typeof message === "string" ? message : JSON.stringify(message)),
        close: (ending) => handlers.closed({ reason: "closed by the test", ...ending }),
      };
      streams.push(stream);
      script.opened?.(stream);
      return {
        send(text) {
          const message: unknown = JSON.parse(text);
          sent.push(message);
          script.said?.(stream, message);
        },
        close() {
          ended = true;
        },
      };
    },
  };
}

type HttpAnswer =
  | { readonly ok: true; readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string }
  | { readonly ok: false; readonly reason: string };

/** One request, seen from the server. */
export interface FakeRequest {
  readonly path: string;
  /** Of a POST. */
  readonly body: string | undefined;
  readonly headers: { readonly [name: string]: string };
  readonly cancelled: boolean;
  answer(status: number, body?: unknown, headers?: { readonly [name: string]: string }): void;
  fail(reason: string): void;
  /** A piece of a body that the client takes as it comes. */
  send(chunk: Uint8Array): void;
}

interface Asked {
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly bytes?: (chunk: Uint8Array) => void;
  readonly body?: string;
}

export interface FakeHttpTransport {
  readonly requests: readonly FakeRequest[];
  readonly latest: FakeRequest;
  get(request: Asked, done: (answer: HttpAnswer) => void): () => void;
  post(request: Asked, done: (answer: HttpAnswer) => void): () => void;
}

/** `requested` sees each request as it is made, and may answer at once. */
export function fakeHttpTransport(requested: (request: FakeRequest) => void = () => undefined): FakeHttpTransport {
  const requests: FakeRequest[] = [];
  const exchange = ({ path, headers, bytes, body }: Asked, done: (answer: HttpAnswer) => void): (() => void) => {
    let over = false;
    let cancelled = false;
    const once = (answer: HttpAnswer): void => {
      if (over) return;
      over = true;
      done(answer);
    };
    const request: FakeRequest = {
      path,
      headers,
      body,
      get cancelled() {
        return cancelled;
      },
      answer: (status, body = "", answered = {}) =>
        once({
          ok: true,
          status,
          headers: new Map(Object.entries(answered)),
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      fail: (reason) => once({ ok: false, reason }),
      send: (chunk) => (over ? undefined : bytes?.(chunk)),
    };
    requests.push(request);
    requested(request);
    return () => {
      cancelled = over ? cancelled : true;
      over = true;
    };
  };
  return {
    requests,
    get latest() {
      const latest = requests.at(-1);
      if (latest === undefined) throw new Error("No request was made.");
      return latest;
    },
    get: exchange,
    post: exchange,
  };
}
