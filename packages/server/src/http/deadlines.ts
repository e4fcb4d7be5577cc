/**
 * How long a request may take to arrive: 60 s from its headers on. One that is streamed may take as long as bytes come,
 * and no 60 s without one. Node.js knows only the first kind, and one limit for all.
 */
import type { IncomingMessage } from "node:http";

const MAX_MS = 60_000;

/** What is looked at of a request. */
export type Arriving = Pick<IncomingMessage, "method" | "url" | "complete" | "destroyed"> & {
  readonly socket: Pick<IncomingMessage["socket"], "bytesRead">;
};

interface Watched {
  readonly streamed: boolean;
  bytes: number;
  since: number;
}

export class Deadlines<T extends Arriving> {
  readonly #isStreamed: (method: string | undefined, url: string | undefined) => boolean;
  readonly #watched = new Map<T, Watched>();

  constructor(isStreamed: (method: string | undefined, url: string | undefined) => boolean) {
    this.#isStreamed = isStreamed;
  }

  /** `now` in milliseconds that never go back. */
  watch(request: T, now: number): void {
    const streamed = this.#isStreamed(request.method, request.url);
    this.#watched.set(request, { streamed, bytes: request.socket.bytesRead, since: now });
  }

  /** Those whose time is over. Each is named once. */
  overdue(now: number): readonly T[] {
    const found: T[] = [];
    for (const [request, watched] of this.#watched) {
      const { bytesRead } = request.socket;
      if (watched.streamed && bytesRead !== watched.bytes) Object.assign(watched, { bytes: bytesRead, since: now });
      const late = now - watched.since >= MAX_MS;
      if (late && !request.complete && !request.destroyed) found.push(request);
      if (late || request.complete || request.destroyed) this.#watched.delete(request);
    }
    return found;
  }
}
