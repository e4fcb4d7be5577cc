/** What the server says on a stream, and what the page says on it. */
import { HEARTBEAT_MS, MIN_ACK_MS, MIN_REHELLO_MS, type ServerMessage } from "@bannerol/protocol";
import type { StreamEvent } from "../connection/state.ts";
import { announced, type Held, identityOf, isSame, withDelta, withRuleset } from "./held.ts";
import { type Link, NEVER, type Parts } from "./memory.ts";
import { readMessage } from "./message.ts";

export interface Hearing {
  readonly hear: (link: Link, event: StreamEvent) => void;
  readonly sayHello: (link: Link) => void;
  readonly acknowledge: (link: Link, held: Held) => void;
  /** `next` is the server's state now: serve what is new of it, and listen on. Where it is incomplete, say hello. */
  readonly becomeLive: (link: Link, next: Held, complete?: boolean) => void;
  readonly serve: (next: Held) => void;
}

const REHELLO_GAP_MS = MIN_REHELLO_MS + 500;
const STEADY_MS = 60_000;

export function createHearing(parts: Parts): Hearing {
  const { memory, ports, listener, attempt, lose, have } = parts;
  const now = (): number => ports.clock.monotonic();

  const hear = (link: Link, event: StreamEvent): void => {
    if (event.type === "closed") lose(link, event.ending);
    else if (event.type === "opened") {
      link.isOpen = true;
      link.steadySince = link.heardAt = link.helloAt = now();
      attempt("hello", () => link.line?.hello(have(), true));
    } else if (!link.isOpen) return;
    else if (event.type === "ackFailed") {
      link.acked = undefined;
      link.ackedAt = now() + HEARTBEAT_MS - MIN_ACK_MS;
    } else if (link === memory.main) receive(link, event.text);
    else parts.others(({ hearTrial }) => hearTrial(link, () => receive(link, event.text)));
  };

  const receive = (link: Link, text: string): void => {
    const message = readMessage(text);
    if (message === undefined) {
      garble(link, "The server sent what cannot be read.");
      return;
    }
    link.heardAt = now();
    if (message.type !== undefined) take(link, message, text.length);
  };

  const garble = (link: Link, reason: string): void => lose(link, { reason }, { cut: true, garbled: true });

  const take = (link: Link, message: ServerMessage, size: number): void => {
    const { held, main, asking } = memory;
    const isFetching = link === main && asking !== undefined;
    switch (message.type) {
      case "snapshot": {
        const next = announced(withRuleset(held, message.ruleset), message.checksum);
        if (next === "unreadable") garble(link, "A ruleset belied its checksum.");
        else if (isFetching) parts.others((ways) => ways.snapshot(link, next));
        else if (typeof next === "object") becomeLive(link, next);
        else reject(link);
        return;
      }
      case "delta": {
        if (isFetching) {
          parts.others((ways) => ways.keep(message, size));
          return;
        }
        const next = withDelta(held, message);
        if (typeof next === "object") becomeLive(link, next);
        else if (next === "misfit") {
          // While a hello is out, its answer decides.
          if (link.live) reject(link);
          else memory.rejected++;
        }
        return;
      }
      case "current":
        if (isFetching) return;
        if (held !== undefined && isSame(identityOf(held), message)) becomeLive(link, held);
        else reject(link);
        return;
      case "fetch":
        link.rehelloAt = NEVER;
        link.live = false;
        parts.others((ways) => ways.fetch(link, message.afterMs));
        return;
      case "goodbye": {
        const [min, max] = message.afterMs;
        const retryAfterMs = min + ports.random() * (max - min);
        lose(link, { reason: "", retryAfterMs }, { cut: true, inOrder: true });
        return;
      }
      case "problem":
        link.said = { reason: message.detail ?? message.title, status: message.status };
    }
  };

  const becomeLive = (link: Link, next: Held, complete = true): void => {
    if (link !== memory.main) parts.others((ways) => ways.promote(link));
    memory.asking = undefined;
    const isSteady = now() - link.steadySince >= STEADY_MS;
    if (next.ruleset.epoch !== memory.held?.ruleset.epoch) link.acked = undefined;
    link.confirmed = link.live = true;
    link.proven ||= isSteady;
    link.rehelloAt = NEVER;
    if (isSteady) memory.failures = 0;
    serve(next);
    if (!complete) resync(link);
  };

  const serve = (next: Held): void => {
    const before = memory.held?.ruleset;
    memory.held = next;
    memory.troubled = false;
    attempt("serve it", () => (next.ruleset === before ? listener.confirm() : listener.install(next)));
  };

  /** Something did not fit: hello again, or, by Server-Sent Events, another stream. */
  const resync = (link: Link): void => {
    if (link.transport === "sse") {
      lose(link, { reason: "" }, { cut: true, inOrder: true });
      return;
    }
    link.live = false;
    link.rehelloAt = link.helloAt + REHELLO_GAP_MS;
  };

  const reject = (link: Link): void => {
    memory.rejected++;
    resync(link);
  };

  return {
    hear,
    becomeLive,
    serve,
    sayHello(link) {
      link.helloAt = now();
      link.rehelloAt = NEVER;
      attempt("hello", () => link.line?.hello(have(), false));
    },
    acknowledge(link, { ruleset: { epoch, revision } }) {
      link.acked = revision;
      link.ackedAt = now();
      attempt("ack", () => link.line?.acknowledge({ epoch, revision }));
    },
  };
}
