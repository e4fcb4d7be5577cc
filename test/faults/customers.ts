/** Customers of the example shop: they buy at a rate, and it is taken down how each of them fared. */
import { Agent, request } from "node:http";

export interface Fares {
  readonly sent: number;
  readonly failed: number;
  /** Users whose order failed in the new checkout. */
  readonly hurt: ReadonlySet<number>;
  /** Users who had the new checkout. */
  readonly treated: ReadonlySet<number>;
}

const TICK_MS = 20;
const LATEST_MS = 200;
/** A shop that is slow sells less: nobody queues before its door. */
const MOST_AT_ONCE = 256;

export class Customers {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MOST_AT_ONCE });
  readonly #timer: NodeJS.Timeout;
  readonly #users: number;
  #rate: number;
  /** Up to when orders were sent. */
  #until = performance.now();
  #next = 0;
  #atOnce = 0;
  #sent = 0;
  #failed = 0;
  #hurt = new Set<number>();
  #treated = new Set<number>();

  constructor({ port, rate, users }: { readonly port: number; readonly rate: number; readonly users: number }) {
    [this.#port, this.#rate, this.#users] = [port, rate, users];
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** So many orders a second from now on. */
  come(rate: number): void {
    this.#rate = rate;
  }

  /** Since the last call. */
  take(): Fares {
    const fares = { sent: this.#sent, failed: this.#failed, hurt: this.#hurt, treated: this.#treated };
    [this.#sent, this.#failed, this.#hurt, this.#treated] = [0, 0, new Set(), new Set()];
    return fares;
  }

  leave(): void {
    clearInterval(this.#timer);
    this.#agent.destroy();
  }

  #tick(): void {
    // By the clock, since a busy machine's timer comes late; what a longer stop kept back is not sent as a flood.
    const now = performance.now();
    this.#until = Math.max(this.#until, now - LATEST_MS);
    for (; this.#until < now; this.#until += 1_000 / this.#rate)
      if (this.#atOnce < MOST_AT_ONCE) this.#buy(this.#next++ % this.#users);
  }

  #buy(user: number): void {
    const lines = [{ article: "cup", priceCents: 500 + (user % 97) * 13, count: 1 + (user % 3) }];
    const body = JSON.stringify({ user: { id: `user-${user}`, plan: "free" }, lines });
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const place = { agent: this.#agent, host: "127.0.0.1", port: this.#port, path: "/checkout" };
    const post = request({ ...place, method: "POST", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => this.#fared(user, response.statusCode === 200, text));
    });
    post.on("error", () => {});
    post.on("close", () => {
      this.#atOnce -= 1;
    });
    post.end(body);
    this.#sent += 1;
    this.#atOnce += 1;
  }

  #fared(user: number, ok: boolean, text: string): void {
    const isNew = text.includes('"checkout":"new"');
    if (isNew) this.#treated.add(user);
    if (ok) return;
    this.#failed += 1;
    if (isNew) this.#hurt.add(user);
  }
}
