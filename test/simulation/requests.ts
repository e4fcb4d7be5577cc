/** What the client asks by HTTP, but for streams: rulesets, lists and counts, and what the weather makes of them. */
import type { HttpAnswer, HttpPost, HttpRequest } from "../../packages/client/src/index.ts";
import type { SimulatedClock } from "./clock.ts";
import type { Weather, Witness } from "./network.ts";
import type { Answer, ServerNode } from "./node.ts";

const DELAY_MS = 5;
const GIVEN_UP_MS = 15_000;
/** What was given up by its sender may still arrive. */
const LATE_MS = 60_000;
/** Whoever is refused its key asks again after up to this. */
const REFUSED_MS = 5 * 60_000;
const PAGE = "<html>";

export interface RequestPorts {
  readonly clock: SimulatedClock;
  /** Of what the dice of streams know nothing: lists and counts leave them as they fall. */
  readonly random: () => number;
  readonly witness: Witness;
  readonly weather: () => Weather;
  readonly node: (random: () => number) => ServerNode | undefined;
}

type Done = (answer: HttpAnswer) => void;

export class Requests {
  readonly #ports: RequestPorts;

  constructor(ports: RequestPorts) {
    this.#ports = ports;
  }

  /** A list, whose bytes may be cut off or damaged on the way. */
  getList({ path, bytes }: HttpRequest, done: Done): () => void {
    const { clock, random, witness } = this.#ports;
    const fail: Done = (answer) => {
      witness.listFailed();
      done(answer);
    };
    const { unanswered, refused, pages, lost, altered, late } = this.#ports.weather();
    if (this.#happens(unanswered)) {
      return clock.set(GIVEN_UP_MS, () => fail({ ok: false, reason: "No byte arrived in time." }));
    }
    return clock.set(DELAY_MS + random() * (late > 0 ? 2_000 : 50), () => {
      const node = this.#ports.node(random);
      if (node === undefined) return fail({ ok: false, reason: "refused" });
      if (this.#happens(refused)) return fail(this.#tryLater());
      if (this.#happens(pages)) {
        bytes?.(new TextEncoder().encode(PAGE));
        return fail(answerOf({ status: 200, headers: {}, body: "" }));
      }
      const { answer, content } = node.list(path);
      this.#heed(answer);
      const isWhole = !this.#happens(lost);
      const sent = isWhole ? content : content.subarray(0, Math.floor(random() * content.length));
      const isIntact = !this.#happens(altered);
      bytes?.(isIntact ? sent : damaged(sent, random));
      if (answer.status === 200 && isWhole && isIntact) done(answerOf(answer));
      else fail(answerOf(answer));
    });
  }

  /** Counts: the batch may be lost or late, the answer too, and a proxy may send it twice. */
  postEvents({ body, timeoutMs }: HttpPost, done: Done): () => void {
    const { clock, random } = this.#ports;
    const { unanswered, refused, pages, doubled } = this.#ports.weather();
    const take = (): Answer => {
      const answer = this.#ports.node(random)?.events(body) ?? { status: 502, headers: {}, body: PAGE };
      this.#heed(answer);
      return answer;
    };
    if (this.#happens(doubled)) clock.set(random() * LATE_MS, take);
    if (this.#happens(unanswered)) {
      if (this.#happens(0.5)) clock.set(random() * LATE_MS, take);
      return clock.set(timeoutMs, () => done({ ok: false, reason: "No answer came in time." }));
    }
    return clock.set(DELAY_MS, () => {
      if (this.#happens(refused)) done(this.#tryLater());
      else if (this.#happens(pages)) done(answerOf({ status: 200, headers: {}, body: PAGE }));
      else done(answerOf(take()));
    });
  }

  #heed({ status }: Answer): void {
    if (status === 401) this.#ports.witness.asked(REFUSED_MS);
  }

  #tryLater(): HttpAnswer {
    const seconds = Math.floor(this.#ports.random() * 6);
    this.#ports.witness.asked(seconds * 1_000);
    return answerOf({ status: 503, headers: { "retry-after": `${seconds}` }, body: "" });
  }

  #happens(share: number): boolean {
    return share > 0 && this.#ports.random() < share;
  }
}

function answerOf({ status, headers, body }: Answer): HttpAnswer {
  return { ok: true, status, headers: new Map(Object.entries(headers)), body };
}

function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  return bytes.map((byte, index) => (index === at ? byte ^ (1 + Math.floor(random() * 255)) : byte));
}
