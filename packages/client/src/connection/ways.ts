/**
 * The ways to reach a server, and when to take another. Pure.
 *
 *     websocket ─ three streams in a row fail ─► sse ─ three more ─► polling
 *         ▲                                       │                     │
 *         └────────── a WebSocket that is tried beside it works ────────┘
 *
 * A stream fails unless it was still bringing news after a minute: one that never opens, opens and says nothing, or is cut
 * again and again. A key that is refused is refused by every way, and a server that leaves in order was heard by this one,
 * so neither counts.
 */

export type StreamTransportName = "websocket" | "sse";
/** How a client is kept current. */
export type Transport = StreamTransportName | "polling";

export interface Way {
  readonly transport: Transport;
  /** Streams by it that failed, one after the other. */
  readonly failed: number;
  /** When a WebSocket is tried beside it; never beside another. */
  readonly webSocketAt: number;
}

const TRIES = 3;
const WEBSOCKET_AGAIN_MS = 5 * 60_000;

export const firstWay: Way = { transport: "websocket", failed: 0, webSocketAt: Number.POSITIVE_INFINITY };

/** The way to take after a stream failed. */
export function afterFailedStream(way: Way, env: { readonly now: number; readonly random: () => number }): Way {
  const failed = way.failed + 1;
  if (failed < TRIES) return { ...way, failed };
  if (way.transport === "websocket") return { transport: "sse", failed: 0, webSocketAt: webSocketAgainAt(env) };
  return { ...way, transport: "polling", failed: 0 };
}

/** Five minutes from now, and up to a fifth longer: those who lost their server together do not come back together. */
export function webSocketAgainAt({ now, random }: { readonly now: number; readonly random: () => number }): number {
  return now + WEBSOCKET_AGAIN_MS * (1 + random() / 5);
}
