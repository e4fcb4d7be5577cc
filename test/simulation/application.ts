/**
 * A process that uses the SDK: the real client on the simulated network. It looks at what it is served after everything
 * that happens, and holds that against the history and the invariants.
 */
import type { ConnectionPorts } from "../../packages/client/src/connection/driver.ts";
import { eventSender } from "../../packages/client/src/events/index.ts";
import { createFedClient, type FeedListener, type FlagClient } from "../../packages/client/src/index.ts";
import { listedFeed } from "../../packages/client/src/lists/listed-feed.ts";
import type { Kept } from "../../packages/client/src/ruleset/cache.ts";
import type { Keeper } from "../../packages/client/src/ruleset/keeper.ts";
import { readRuleset } from "../../packages/core/src/index.ts";
import { MAX_PENDING_DELTA_BYTES, MAX_RULESET_BYTES } from "../../packages/protocol/src/index.ts";
import type { SimulatedClock } from "./clock.ts";
import { type Connected, connections, type Kind } from "./connections.ts";
import { FLAGS, type History, PAIR, type ViewState } from "./history.ts";
import { LISTED_FLAG, MEMBERS } from "./listed.ts";
import type { Usage } from "./usage.ts";

const FIVE_MINUTES = 5 * 60_000;
const MOST_TRIES = 26;
const sdk = { name: "t", version: "1" };

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
  readonly usage: Usage;
  readonly ports: ConnectionPorts;
  readonly kind: Kind;
  /** The dice of lists and counts. */
  readonly more: () => number;
  /** Names this process. */
  readonly instance: string;
}

export class Application {
  readonly #clock: SimulatedClock;
  readonly #history: History;
  readonly #startedAt: number;
  readonly #usage: Usage;
  readonly #instance: string;
  readonly #kind: Kind;
  readonly #client: FlagClient;
  readonly #newest = new Map<string, number>();
  readonly #wanted: Wanted[] = [];
  #kept: Kept | undefined;
  #connection: Connected | undefined;
  #told = "";
  /** Of the change that was told last. */
  #epoch: string | undefined;
  #tries = 0;
  #failedLists = 0;
  /** What a callback found; thrown by the next look, since listeners that throw harm nobody. */
  #violation: Violation | undefined;

  constructor(given: ApplicationPorts, kept: Kept | undefined) {
    const { clock, history, usage, instance, kind } = given;
    this.#clock = clock;
    this.#history = history;
    this.#usage = usage;
    this.#instance = instance;
    this.#kind = kind;
    this.#startedAt = clock.monotonic();
    this.#kept = kept;
    this.#client = kind === "page" ? this.#createPage(given, kept) : this.#createProcess(given, kept);
    if (kept !== undefined) {
      const { epoch, revision } = kept.ruleset;
      // A process tells once more of what was kept.
      this.#newest.set(epoch, kind === "page" ? revision : revision - 1);
    }
    this.#client.on("change", ({ epoch, revision }) => this.#changed(epoch, revision));
  }

  /** A page has no lists, and its counts are sent by a part of its own. */
  #createPage({ clock, ports, instance }: ApplicationPorts, kept: Kept | undefined): FlagClient {
    const connect = (listener: FeedListener) =>
      this.#connected(connections.page(ports, { key: "k", sdk, instance }, listener));
    return createFedClient(connect, {
      source: "server",
      ports: { clock, timers: clock, logger: { warn: () => undefined } },
      ...(kept && { bootstrap: kept.ruleset }),
    });
  }

  #createProcess({ clock, ports, more, instance }: ApplicationPorts, kept: Kept | undefined): FlagClient {
    const connect = (listener: FeedListener, isServed: () => boolean) =>
      this.#connected(connections.process(ports, { key: "k", sdk, instance }, { ...listener, isServed }));
    let ids = 0;
    const author = { instance, sdk, newId: () => `${instance}-${ids++}` };
    return createFedClient(listedFeed(connect, { ports: { ...ports, random: more }, limitBytes: MAX_RULESET_BYTES }), {
      source: "server",
      ports: { clock, timers: clock, logger: { warn: () => undefined } },
      keeper: this.#keeper(kept),
      openEvents: eventSender({ ...ports, random: more }, author),
    });
  }

  #connected<C extends Connected>(connection: C): C {
    this.#connection = connection;
    return connection;
  }

  /** What a real one keeps in a file, at once. */
  #keeper(kept: Kept | undefined): Keeper {
    const done = async (): Promise<void> => undefined;
    return {
      load: async () => kept,
      put: (ruleset, lists) => {
        this.#kept = { ruleset, lists, confirmedAt: this.#clock.now() };
      },
      settled: done,
      close: done,
      ignored: () => 0,
    };
  }

  /** What a process that starts now would find in the cache. */
  get kept(): Kept | undefined {
    if (this.#kind === "process") return this.#kept;
    const { epoch, revision } = this.#client.status();
    const state = epoch === undefined || revision === undefined ? undefined : this.#history.known(epoch, revision);
    return state && { ruleset: readRuleset(state.ruleset()), lists: new Map(), confirmedAt: this.#clock.now() };
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

  /** Whether the server was told all that it will be told of what this process asked for. */
  get isCounted(): boolean {
    return this.#kind === "page" || this.#usage.untold(this.#instance) <= this.#client.status().drops;
  }

  /** Sends counts now, where no wait forbids it. */
  flush(): void {
    void this.#client.flush();
  }

  want(): void {
    // A page waits for no change.
    if (this.#kind === "page") return;
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

  listFailed(): void {
    this.#failedLists += 1;
    const age = this.#clock.monotonic() - this.#startedAt;
    if (age <= FIVE_MINUTES && this.#failedLists > MOST_TRIES) {
      this.#broken("I16", `${this.#failedLists} tries for lists after ${age} ms`);
    }
  }

  /** A hub keeps more for a reader, or for longer, than it may. */
  misheld(what: string): void {
    this.#broken("I9, P8", what);
  }

  /** A node takes nothing amiss but what the protocol forbids: a hello that comes again too soon. */
  malformed(): void {
    this.#broken("I4", "a node found what the client said malformed");
  }

  /** Throws a `Violation` where what is served now is not what it may be. */
  look(): void {
    if (this.#violation !== undefined) throw this.#violation;
    if (this.#usage.surplus !== undefined) throw new Violation(`P10: ${this.#usage.surplus}`);
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
    const [a, b] = PAIR.map((key) => this.#ask(key, {}));
    if (a !== b) throw new Violation(`I2: a is ${a}, b is ${b}`);
    const truth = this.#history.known(epoch, revision);
    if (truth === undefined) throw new Violation(`I4: there never was a state ${epoch}@${revision}`);
    for (const key of FLAGS) {
      const value = this.#ask(key, {});
      if (value !== truth.valueOf(key)) {
        throw new Violation(`I4: ${key} is ${value} at ${epoch}@${revision}, and was ${truth.valueOf(key)}`);
      }
    }
    this.#lookAtList(truth);
  }

  /** Who is in the list: as it was with that ruleset, or is in a newer version, which the next one names. */
  #lookAtList({ epoch, revision, listed }: ViewState): void {
    if (listed === undefined) return;
    const served = MEMBERS.map((targetingKey) => this.#ask(LISTED_FLAG, { targetingKey }));
    const isTrue = this.#history
      .listsFrom(epoch, listed)
      .some(({ keys }) => MEMBERS.every((key, at) => served[at] === Number(keys.has(key))));
    if (!isTrue) throw new Violation(`P12: the list ${listed.list} is ${served.join("")} at ${epoch}@${revision}`);
  }

  #ask(key: string, context: { readonly targetingKey?: string }): number {
    this.#usage.asked(this.#instance, key);
    return this.#client.value(key, context, -1);
  }

  #lookAtMemory(): void {
    const { pendingSize = 0 } = this.#connection?.bounds() ?? {};
    if (pendingSize > MAX_PENDING_DELTA_BYTES) throw new Violation(`I9: ${pendingSize} bytes of deltas are kept`);
  }

  #changed(epoch: string, revision: number): void {
    const before = this.#newestBefore(epoch);
    this.#epoch = epoch;
    // What is mended under its revision is told again, as where its list came anew; else nothing needs to be.
    const isTwice = revision === before && this.#history.head.listed === undefined;
    if (revision < before || isTwice) this.#broken("I1, I10", `${epoch}@${revision} came after ${before}`);
    this.#newest.set(epoch, revision);
  }

  /**
   * What must be below. An epoch has no order: a node that goes on under an old one takes its clients back to it, at
   * whatever revision; who comes from there to the one in force is told of its revision again. Where there are lists, the
   * epoch in between may have waited for one, and never have been told.
   */
  #newestBefore(epoch: string): number {
    const newest = this.#newest.get(epoch) ?? -1;
    const wasBetween = this.#history.head.listed !== undefined && epoch !== this.#history.epoch;
    if (epoch === this.#epoch && !wasBetween) return newest;
    return epoch === this.#history.epoch ? newest - 1 : -1;
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
