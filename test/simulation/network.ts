/**
 * What lies between the client and the nodes: it loses, doubles, delays, reorders, alters, cuts and goes silent, and has
 * proxies that break WebSockets or hold events back. In calm weather it does none of it.
 */
import type { HttpRequest, HttpTransport, StreamTransport } from "../../packages/client/src/index.ts";
import type { HubSocket, Transport } from "../../packages/hub/src/index.ts";
import type { StateIdentity } from "../../packages/protocol/src/index.ts";
import { altered } from "./altered.ts";
import type { SimulatedClock } from "./clock.ts";
import type { ServerNode } from "./node.ts";
import { Requests } from "./requests.ts";
import { Wire } from "./wire.ts";

export interface Weather {
  /** Shares of messages. */
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
  readonly altered: number;
  /** Shares of handshakes and requests. */
  readonly refused: number;
  readonly unanswered: number;
  readonly pages: number;
}

export const CALM: Weather = { lost: 0, doubled: 0, late: 0, altered: 0, refused: 0, unanswered: 0, pages: 0 };

/** What a proxy does to a kind of stream. `swallowed`: it opens, and nothing ever arrives. */
export type Passage = "open" | "refused" | "swallowed";

/** What the network tells those who watch. */
export interface Witness {
  /** A stream or a request for the ruleset leaves. */
  readonly tried: () => void;
  /** A request for the ruleset got what may be an answer. */
  readonly answered: () => void;
  /** The server asked for a wait. */
  readonly asked: (ms: number) => void;
  /** A hub closed a connection as malformed. */
  readonly malformed: () => void;
  /** A request for a list came to nothing. */
  readonly listFailed: () => void;
  /** A hub did what it must not to a reader that does not read. */
  readonly misheld: (what: string) => void;
  readonly note: (what: string) => void;
}

const DELAY_MS = 5;
const KEY_REFUSED_MS = 5 * 60_000;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const texts = new WeakMap<Uint8Array, string>();

export class Network {
  weather: Weather = CALM;
  webSockets: Passage = "open";
  events: Passage = "open";
  readonly #clock: SimulatedClock;
  readonly #random: () => number;
  readonly #nodes: readonly ServerNode[];
  readonly #witness: Witness;
  readonly #wires = new Set<Wire>();
  readonly #requests: Requests;

  /** `more`: the dice of requests other than those for a ruleset. */
  constructor(
    { clock, random, more }: { clock: SimulatedClock; random: () => number; more: () => number },
    nodes: readonly ServerNode[],
    witness: Witness,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#nodes = nodes;
    this.#witness = witness;
    const node = (dice: () => number) => this.#nodeFor(dice);
    this.#requests = new Requests({ clock, random: more, witness, weather: () => this.weather, node });
  }

  /** Streams that either end still holds. */
  get open(): number {
    return this.#wires.size;
  }

  cut(node?: ServerNode): void {
    for (const wire of [...this.#wires]) if (node === undefined || wire.node === node) this.#hangUp(wire);
  }

  silence(): void {
    for (const wire of this.#wires) wire.isSilent = true;
  }

  /** Nothing that was opened is read for a while. */
  slow(ms: number): void {
    for (const wire of this.#wires) {
      if (wire.isSlow) continue;
      wire.stopReading();
      this.#clock.set(ms, () => {
        const wrong = wire.read(this.#clock.monotonic(), (text) => this.#deliver(wire, text));
        if (wrong !== undefined) this.#witness.misheld(wrong);
      });
    }
  }

  readonly streams: StreamTransport = {
    keyInHello: false,
    open: ({ opened, message, closed }) => {
      this.#witness.tried();
      let isAbandoned = false;
      const refuse = (ending: Parameters<typeof closed>[0]): void => this.#later(() => isAbandoned || closed(ending));
      const node = this.#nodeFor();
      let wire: Wire | undefined;
      if (node === undefined) refuse({ reason: "refused" });
      else if (this.webSockets === "refused") refuse({ reason: "bad gateway", status: 502 });
      else if (this.#happens(this.weather.refused)) refuse(this.#tryLater());
      else if (node.isRevoked && this.#happens(0.5)) refuse(this.#refusedKey());
      else if (!this.#happens(this.weather.unanswered)) {
        const made = this.#wire(node, "websocket", message, closed);
        wire = made;
        this.#later(() => {
          if (made.isOver) return;
          if (this.webSockets === "open") made.connection = node.accept(this.#socketOf(made));
          opened();
        });
      }
      const own = wire;
      return {
        send: (text) => own !== undefined && this.#later(() => this.#receive(own, text)),
        close: () => {
          isAbandoned = true;
          if (own !== undefined) this.#leave(own);
        },
      };
    },
  };

  readonly http: HttpTransport = {
    get: (request, done) => {
      if (request.path.startsWith("/sdk/v1/stream")) return this.#openEvents(request, done);
      if (request.path.startsWith("/sdk/v1/lists")) return this.#requests.getList(request, done);
      return this.#getRuleset(request, done);
    },
    post: (request, done) => {
      if (request.path === "/sdk/v1/events") return this.#requests.postEvents(request, done);
      const lost = this.#happens(this.weather.unanswered);
      return this.#clock.set(lost ? 15_000 : DELAY_MS, () =>
        done(lost ? { ok: false, reason: "late" } : { ok: true, status: 204, headers: new Map(), body: "" }),
      );
    },
  };

  #openEvents({ headers, bytes }: HttpRequest, done: Parameters<HttpTransport["get"]>[1]): () => void {
    this.#witness.tried();
    const answer = (status: number, more: Readonly<Record<string, string>> = {}): (() => void) =>
      this.#clock.set(DELAY_MS, () => done({ ok: true, status, headers: new Map(Object.entries(more)), body: "" }));
    const node = this.#nodeFor();
    if (node === undefined) return this.#clock.set(DELAY_MS, () => done({ ok: false, reason: "refused" }));
    if (this.events === "refused") return answer(502);
    if (this.#happens(this.weather.refused)) return answer(503, retryAfter(this.#tryLater().retryAfterMs));
    if (node.isRevoked) return answer(this.#refusedKey().status);
    if (this.#happens(this.weather.unanswered)) return () => undefined;
    const tell = (text: string): void => {
      const event = encoder.encode(`data: ${text}\n\n`);
      const half = Math.floor(event.length * this.#random());
      bytes?.(event.subarray(0, half));
      bytes?.(event.subarray(half));
    };
    const wire = this.#wire(node, "sse", tell, () => done({ ok: true, status: 200, headers: new Map(), body: "" }));
    this.#later(() => {
      if (wire.isOver || this.events !== "open") return;
      wire.connection = node.acceptEvents(this.#socketOf(wire), stateOf(headers["last-event-id"]));
    });
    return () => this.#leave(wire);
  }

  #getRuleset({ path, headers }: HttpRequest, done: Parameters<HttpTransport["get"]>[1]): () => void {
    this.#witness.tried();
    const late = this.#random() * (this.weather.late > 0 ? 2_000 : 50);
    if (this.#happens(this.weather.unanswered)) {
      return this.#clock.set(15_000, () => done({ ok: false, reason: "No byte arrived in time." }));
    }
    return this.#clock.set(DELAY_MS + late, () => {
      const node = this.#nodeFor();
      if (node === undefined) done({ ok: false, reason: "refused" });
      else if (this.#happens(this.weather.refused)) {
        const { retryAfterMs } = this.#tryLater();
        done({ ok: true, status: 503, headers: new Map(Object.entries(retryAfter(retryAfterMs))), body: "" });
      } else if (this.#happens(this.weather.pages)) {
        done({ ok: true, status: 200, headers: new Map(), body: "<html>" });
      } else this.#answer(node, path, headers["if-none-match"], done);
      this.#witness.answered();
    });
  }

  #answer(node: ServerNode, path: string, etag: string | undefined, done: Parameters<HttpTransport["get"]>[1]): void {
    const query = new URLSearchParams(path.slice(path.indexOf("?")));
    const since = query.get("since");
    const answer = node.ruleset({
      since: since === null ? undefined : Number(since),
      epoch: query.get("epoch") ?? undefined,
      etag,
    });
    if (answer.status === 401) this.#refusedKey();
    const asked = Number(answer.headers["retry-after"] ?? node.maxAgeSeconds * 1.2);
    this.#witness.asked(asked * 1_000);
    done({ ok: true, ...answer, headers: new Map(Object.entries(answer.headers)) });
  }

  #wire(node: ServerNode, transport: Transport, message: Wire["message"], closed: Wire["closed"]): Wire {
    const wire = new Wire(node, transport, message, closed);
    this.#wires.add(wire);
    return wire;
  }

  /** The hub's end. */
  #socketOf(wire: Wire): HubSocket {
    return {
      transport: wire.transport,
      get unsentBytes() {
        return wire.unsentBytes;
      },
      send: (frame, flushed) => {
        if (wire.isSlow) {
          const wrong = wire.hold(textOf(frame), frame.length, { flushed, now: this.#clock.monotonic() });
          if (wrong !== undefined) this.#witness.misheld(wrong);
          return;
        }
        this.#deliver(wire, textOf(frame));
        flushed();
      },
      close: (code, reason) => {
        if (code === 4400 && !wire.isSilent) this.#witness.malformed();
        if (code === 4401 || code === 4403) this.#refusedKey();
        // What was not read dies with the connection.
        if (wire.isSlow) return this.#later(() => wire.isOver || this.#hangUp(wire));
        this.#arrive(wire, () => {
          this.#forget(wire);
          wire.closed({ code, reason });
        });
      },
      terminate: () => undefined,
    };
  }

  #receive(wire: Wire, text: string): void {
    if (wire.isSilent) return;
    wire.connection?.receive(text);
    this.#clock.promised();
  }

  #deliver(wire: Wire, text: string): void {
    if (text.startsWith('{"type":"goodbye"')) this.#witness.asked(JSON.parse(text).afterMs[1]);
    if (wire.isSilent || this.#happens(this.weather.lost)) return;
    const sent = this.#happens(this.weather.altered) ? altered(text, this.#random) : text;
    for (const copies = this.#happens(this.weather.doubled) ? 2 : 1, once = { done: 0 }; once.done < copies; ) {
      once.done += 1;
      if (this.#happens(this.weather.late))
        this.#later(() => wire.isOver || wire.message(sent), this.#random() * 3_000);
      else this.#arrive(wire, () => wire.message(sent));
    }
  }

  /** In order, after whatever was sent before. */
  #arrive(wire: Wire, fn: () => void): void {
    wire.arrivesAt = Math.max(wire.arrivesAt, this.#clock.monotonic() + DELAY_MS);
    this.#later(() => wire.isOver || wire.isSilent || fn(), wire.arrivesAt - this.#clock.monotonic());
  }

  /** The wire breaks: both ends learn of it, where it is not silent. */
  #hangUp(wire: Wire): void {
    this.#forget(wire);
    if (!wire.isSilent) wire.closed({ reason: "reset" });
  }

  /** The client ends it. */
  #leave(wire: Wire): void {
    if (!wire.isOver) this.#forget(wire);
  }

  #forget(wire: Wire): void {
    wire.isOver = true;
    this.#wires.delete(wire);
    this.#later(() => wire.connection?.closed());
  }

  #nodeFor(random = this.#random): ServerNode | undefined {
    const up = this.#nodes.filter(({ isUp }) => isUp);
    return up[Math.floor(random() * up.length)];
  }

  #tryLater(): { readonly reason: string; readonly status: number; readonly retryAfterMs: number } {
    const retryAfterMs = Math.floor(this.#random() * 6) * 1_000;
    this.#witness.asked(retryAfterMs);
    return { reason: "later", status: 503, retryAfterMs };
  }

  #refusedKey(): { readonly reason: string; readonly status: number } {
    this.#witness.asked(KEY_REFUSED_MS);
    return { reason: "no", status: 401 };
  }

  #happens(share: number): boolean {
    return share > 0 && this.#random() < share;
  }

  #later(fn: () => void, ms = DELAY_MS): void {
    this.#clock.set(ms, fn);
  }
}

function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { "retry-after": `${ms / 1_000}` };
}

function stateOf(eventId: string | undefined): StateIdentity | undefined {
  const [epoch = "", revision, checksum] = (eventId ?? "").split(":");
  return revision === undefined ? undefined : { epoch, revision: Number(revision), checksum: Number(checksum) };
}

/** One encoding goes to every connection, and is read once here too. */
function textOf(frame: Uint8Array): string {
  const known = texts.get(frame) ?? decoder.decode(frame);
  texts.set(frame, known);
  return known;
}
