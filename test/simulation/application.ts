/**
 * A process that uses the SDK: the real client on the simulated network. It looks at what it is served after everything
 * that happens, and holds that against the history and the invariants.
 */
import type { ConnectionPorts } from "../../packages/client/src/connection/driver.ts";
import { createFedClient, type FlagClient, type OpenFeed } from "../../packages/client/src/index.ts";
import { type Ruleset, readRuleset } from "../../packages/core/src/index.ts";
import { MAX_PENDING_DELTA_BYTES } from "../../packages/protocol/src/index.ts";
import type { SimulatedClock } from "./clock.ts";
import { type Connected, connections, type Kind } from "./connections.ts";
import { FLAGS, type History, PAIR } from "./history.ts";

const FIVE_MINUTES = 5 * 60_000;
const MOST_TRIES = 26;

/** An invariant does not hold. */
export class Violation extends Error {
  override readonly name = "Violation";
}

interface Wanted {
  readonly epoch: string;
  readonly revision: number;
  isMet: boolean;
}

export interface ApplicationPorts {
  readonly clock: SimulatedClock;
  readonly history: History;
  readonly ports: ConnectionPorts;
  readonly kind: Kind;
}

export class Application {
  readonly #clock: SimulatedClock;
  readonly #history: History;
  readonly #startedAt: number;
  readonly #client: FlagClient;
  readonly #newest = new Map<string, number>();
  readonly #wanted: Wanted[] = [];
  #connection: Connected | undefined;
  #told = "";
  #tries = 0;
  /** What a callback found; thrown by the next look, since listeners that throw harm nobody. */
  #violation: Violation | undefined;

  constructor({ clock, history, ports, kind }: ApplicationPorts, kept: Ruleset | undefined) {
    this.#clock = clock;
    this.#history = history;
    this.#startedAt = clock.monotonic();
    const feed: OpenFeed = (listener) => {
      const identity = { key: "k", sdk: { name: "t", version: "1" }, instance: "i" };
      const connection = connections[kind](ports, identity, listener);
      this.#connection = connection;
      return connection;
    };
    this.#client = createFedClient(feed, {
      source: "server",
      ports: { clock, timers: clock, logger: { warn: () => undefined } },
      ...(kept && { bootstrap: kept }),
    });
    if (kept !== undefined) this.#newest.set(kept.epoch, kept.revision);
    this.#client.on("change", ({ epoch, revision }) => this.#changed(epoch, revision));
  }

  /** What a process that starts now would find in the cache. */
  get kept(): Ruleset | undefined {
    const { epoch, revision } = this.#client.status();
    const state = epoch === undefined || revision === undefined ? undefined : this.#history.known(epoch, revision);
    return state && readRuleset(state.ruleset());
  }

  get transport(): string | undefined {
    return this.#client.status().transport;
  }

  /** For people who read a trace. */
  get described(): string {
    const { epoch, revision, state, transport } = this.#client.status();
    return `${transport} ${this.#connection?.described()} ${state} ${epoch}@${revision}`;
  }

  /** Whether the server's newest state is the one in hand, and everybody who waited for a change has it. */
  get isCurrent(): boolean {
    const { epoch, revision, state } = this.#client.status();
    const { head } = this.#history;
    return state === "live" && epoch === head.epoch && revision === head.revision;
  }

  get isWaitedFor(): boolean {
    return this.#wanted.some(({ epoch, isMet }) => !isMet && epoch === this.#history.epoch);
  }

  want(): void {
    // A page waits for no change.
    if (this.#connection?.want === undefined) return;
    const { epoch, revision } = this.#history;
    // A number says nothing of its epoch: a client that has not heard of a restore takes it for one of its own.
    if (this.#client.status().epoch !== epoch) return;
    const wanted: Wanted = { epoch, revision, isMet: false };
    this.#wanted.push(wanted);
    this.#client.atLeast(revision).then(
      () => this.#got(wanted),
      () => undefined,
    );
  }

  tried(): void {
    this.#tries += 1;
    const age = this.#clock.monotonic() - this.#startedAt;
    if (age <= FIVE_MINUTES && this.#tries > MOST_TRIES) this.#broken("I16", `${this.#tries} tries after ${age} ms`);
  }

  /** A request for the ruleset that succeeded is no try. */
  answered(): void {
    if (this.#connection?.bounds().fetchedAt === this.#clock.monotonic()) this.#tries -= 1;
  }

  /** A node takes nothing amiss but what the protocol forbids: a hello that comes again too soon. */
  malformed(): void {
    this.#broken("I4", "a node found what the client said malformed");
  }

  /** Throws a `Violation` where what is served now is not what it may be. */
  look(): void {
    if (this.#violation !== undefined) throw this.#violation;
    this.#lookAtMemory();
    const { epoch, revision } = this.#client.status();
    if (epoch === undefined || revision === undefined) return;
    const served = `${epoch}@${revision}`;
    if (served === this.#told) return;
    this.#told = served;
    this.#lookAt(epoch, revision);
  }

  close(): void {
    void this.#client.close();
  }

  #lookAt(epoch: string, revision: number): void {
    const [a, b] = PAIR.map((key) => this.#client.value(key, {}, -1));
    if (a !== b) throw new Violation(`I2: a is ${a}, b is ${b}`);
    const truth = this.#history.known(epoch, revision);
    if (truth === undefined) throw new Violation(`I4: there never was a state ${epoch}@${revision}`);
    for (const key of FLAGS) {
      const value = this.#client.value(key, {}, -1);
      if (value !== truth.valueOf(key)) {
        throw new Violation(`I4: ${key} is ${value} at ${epoch}@${revision}, and was ${truth.valueOf(key)}`);
      }
    }
  }

  #lookAtMemory(): void {
    const { pendingSize = 0 } = this.#connection?.bounds() ?? {};
    if (pendingSize > MAX_PENDING_DELTA_BYTES) throw new Violation(`I9: ${pendingSize} bytes of deltas are kept`);
  }

  #changed(epoch: string, revision: number): void {
    const before = this.#newest.get(epoch) ?? -1;
    // What is mended under its revision is told again; of this history nothing needs to be.
    if (revision <= before) this.#broken("I1, I10", `${epoch}@${revision} came after ${before}`);
    this.#newest.set(epoch, revision);
  }

  #got(wanted: Wanted): void {
    wanted.isMet = true;
    const { epoch, revision = -1 } = this.#client.status();
    if (epoch !== wanted.epoch || this.#history.epoch !== epoch) return;
    const least = this.#history.at(wanted.revision).revision;
    if (revision < least) this.#broken("atLeast", `${wanted.revision} is said to be there, at ${epoch}@${revision}`);
  }

  #broken(invariant: string, what: string): void {
    this.#violation ??= new Violation(`${invariant}: ${what}`);
  }
}
