/**
 * Runs one history: a client, some nodes, a network between them, and a plan of what goes wrong; then calm, in which
 * everything must come right.
 *
 *     seed ─► plan ─► history ─► nodes ─► network ─► application ─► looks, after everything that happens
 *                        └──────────── what is true ────────────────►┘
 */
import type { Kept } from "../../packages/client/src/ruleset/cache.ts";
import { seededRandom } from "../../packages/testkit/src/index.ts";
import { Application, Violation } from "./application.ts";
import { SimulatedClock } from "./clock.ts";
import type { Kind } from "./connections.ts";
import { History } from "./history.ts";
import { CALM, Network } from "./network.ts";
import { ServerNode } from "./node.ts";
import { type Plan, planOf, type Step, withoutLists } from "./plan.ts";
import { Usage } from "./usage.ts";

/** I3: a watchdog of 45 s, a wait of at most 30 s, the transfer; a wait that the server asked for comes on top. */
const CONVERGED_MS = 90_000;
/** Where proxies stay broken: two ways of three tries, each of 45 s at most and a wait of up to 30 s, come first. */
const FALLEN_BACK_MS = 6 * 75_000;
/** A heartbeat, or a poll and its fifth. */
const TOLD_MS = 45_000;
/** Five minutes, a fifth of that, and as long as a WebSocket takes that brings a state. */
const BACK_MS = 7 * 60_000;
/** A round, and a try before it that is given up, with its wait. */
const COUNTED_MS = 36_000 + 30_000 + 30_000;
const FOLLOW_MS = 2_000;
/** Of what the simulated server asks for at once: the wait after a refused key. */
const LONGEST_ASKED_MS = 5 * 60_000;

export interface Outcome {
  readonly seed: number;
  /** What went wrong; undefined where nothing did. */
  readonly violation: string | undefined;
  readonly trace: readonly string[];
  /** Simulated. */
  readonly ms: number;
  readonly steps: number;
}

export interface SimulateOptions {
  /** In place of the seed's own. */
  readonly plan?: Plan;
  readonly traced?: boolean;
  /** How the client is connected: as a process, unless told otherwise. */
  readonly kind?: Kind;
}

export async function simulate(
  seed: number,
  { plan = planOf(seed), traced = false, kind = "process" }: SimulateOptions = {},
): Promise<Outcome> {
  const simulation = new Simulation(seed, { plan, traced, kind });
  const violation = await simulation.run();
  return { seed, violation, trace: simulation.trace, ms: simulation.clock.monotonic(), steps: plan.steps.length };
}

class Simulation {
  readonly clock = new SimulatedClock();
  readonly trace: string[] = [];
  readonly #plan: Plan;
  readonly #traced: boolean;
  readonly #kind: Kind;
  readonly #random: () => number;
  readonly #more: () => number;
  readonly #usage: Usage;
  readonly #history: History;
  readonly #nodes: readonly ServerNode[];
  readonly #network: Network;
  #application: Application;
  #askedUntil = 0;
  #instances = 0;

  constructor(seed: number, { plan, traced, kind }: Required<SimulateOptions>) {
    this.#plan = kind === "page" ? withoutLists(plan) : plan;
    this.#traced = traced;
    this.#kind = kind;
    // Not the plan's own: a shorter plan leaves the dice of the network as they fall.
    this.#random = seededRandom(seed ^ 0x5eed);
    this.#more = seededRandom(seed ^ 0xca11);
    this.#usage = new Usage(this.clock.monotonic);
    this.#history = new History(plan.padding, this.#plan.lists);
    this.#nodes = Array.from({ length: plan.nodes }, () => this.#newNode());
    this.#network = new Network({ clock: this.clock, random: this.#random, more: this.#more }, this.#nodes, {
      tried: () => this.#application.tried(),
      answered: () => this.#application.answered(),
      asked: (ms) => {
        this.#askedUntil = Math.max(this.#askedUntil, this.clock.monotonic() + ms);
      },
      malformed: () => this.#application.malformed(),
      listFailed: () => this.#application.listFailed(),
      misheld: (what) => this.#application.misheld(what),
      note: (what) => this.#note(what),
    });
    this.#application = this.#start(undefined);
    this.clock.every(FOLLOW_MS, () => {
      for (const node of this.#nodes) node.read();
    });
  }

  async run(): Promise<string | undefined> {
    try {
      await this.#storm();
      await this.#calm();
      await this.#after();
      return undefined;
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#note(error.message);
      return error.message;
    } finally {
      this.#application.close();
    }
  }

  async #storm(): Promise<void> {
    await this.clock.settled();
    for (const step of this.#plan.steps) {
      await this.#pass(step.at);
      this.#perform(step);
      if (step.do === "restart") await this.clock.settled();
    }
    await this.#pass(this.#plan.faultsEndAt);
  }

  /** The faults stop: whatever was asked for comes true in time. */
  async #calm(): Promise<void> {
    this.#note("calm");
    this.#network.weather = CALM;
    if (!this.#plan.staysBroken) {
      this.#network.webSockets = "open";
      this.#network.events = "open";
    }
    for (const node of this.#nodes) this.#mend(node);
    const patience = this.#plan.staysBroken ? FALLEN_BACK_MS + CONVERGED_MS : CONVERGED_MS;
    const failing = "I3: not the server's state after the faults stopped";
    await this.#until(() => this.#application.isCurrent, patience, failing);
    // A stream that has gone silent looks live as long as there is no news.
    this.#write();
    await this.#until(() => this.#application.isCurrent, patience, failing);
  }

  /** A quiet time: what is written arrives, who waits is told, and the first way in is found again. */
  async #after(): Promise<void> {
    this.#write();
    await this.#until(() => this.#application.isCurrent, TOLD_MS, "I3: a change in calm weather did not arrive");
    this.#history.write("unseen", "a");
    this.#application.want();
    await this.#until(
      () => !this.#application.isWaitedFor,
      TOLD_MS,
      "atLeast: a change that shows nothing was not told",
    );
    this.#application.flush();
    await this.#until(
      () => this.#application.isCounted,
      COUNTED_MS,
      "P10: the server was not told of what was asked for",
    );
    if (this.#plan.staysBroken || this.#plan.steps.length % 4 !== 0) return;
    const isBack = () => this.#application.transport === "websocket" && this.#application.isCurrent;
    await this.#until(isBack, BACK_MS, "F14: not back at a WebSocket");
  }

  async #until(holds: () => boolean, ms: number, failing: string): Promise<void> {
    const from = this.clock.monotonic();
    while (!holds()) {
      // A server that asks for one wait after another is not right either.
      const end = Math.min(Math.max(from, this.#askedUntil), from + LONGEST_ASKED_MS) + ms;
      if (this.clock.monotonic() >= end) throw new Violation(`${failing} (${this.#application.described})`);
      await this.#pass(this.clock.monotonic() + 1_000);
    }
  }

  #pass(until: number): Promise<void> {
    return this.clock.advanceTo(until, () => this.#application.look());
  }

  #perform(step: Step): void {
    this.#note(JSON.stringify({ ...step, at: undefined }));
    const node = this.#nodes[step.node % this.#nodes.length];
    if (node === undefined) return;
    switch (step.do) {
      case "write":
        this.#write(step);
        break;
      case "cut":
        this.#network.cut();
        break;
      case "silence":
        this.#network.silence();
        break;
      case "drain":
        node.drain();
        this.clock.set(1_000, () => this.#kill(node));
        this.clock.set(3_000, () => this.#mend(node));
        break;
      case "kill":
        this.#kill(node);
        break;
      case "start":
        if (!node.isUp) node.start();
        break;
      case "lag":
        node.follows = false;
        break;
      case "follow":
        node.follows = true;
        break;
      case "revoke":
        for (const one of this.#nodes) one.revoke();
        break;
      case "admit":
        for (const one of this.#nodes) one.isRevoked = false;
        break;
      case "restore":
        this.#restore(step.lost);
        break;
      case "renew":
        this.#renew(node, step.lost);
        break;
      case "slow":
        this.#network.slow(step.ms);
        for (let write = 0; write < 20; write++) this.clock.set(write * 300, () => this.#write());
        break;
      case "jump":
        this.clock.jump(step.ms);
        break;
      case "weather":
        this.#network.weather = step.weather;
        break;
      case "proxy":
        this.#network.webSockets = step.webSockets;
        this.#network.events = step.events;
        break;
      case "restart":
        this.#restart(step.withCache);
        break;
      case "want":
        this.#application.want();
    }
  }

  #write({ kind, key }: Pick<Extract<Step, { do: "write" }>, "kind" | "key"> = { kind: "pair", key: "a" }): void {
    this.#history.write(kind, key);
    // A hint, which may get lost; the log is asked every two seconds.
    for (const node of this.#nodes) {
      if (this.#random() < 0.9) this.clock.set(this.#random() * 50, () => node.read());
    }
  }

  #kill(node: ServerNode): void {
    if (!node.isUp) return;
    node.kill();
    this.#network.cut(node);
  }

  #mend(node: ServerNode): void {
    node.follows = true;
    node.isRevoked = false;
    if (!node.isUp) node.start();
  }

  /** With the server stopped, as it must be. */
  #restore(lost: number): void {
    const up = this.#nodes.filter(({ isUp }) => isUp);
    for (const node of up) this.#kill(node);
    this.#history.restore(lost);
    for (const node of this.#nodes) node.follows = true;
    for (const node of up) node.start();
    for (const node of this.#nodes) node.read();
  }

  #renew(node: ServerNode, lost: number): void {
    node.follows = false;
    this.#history.restore(lost);
  }

  #restart(withCache: boolean): void {
    const { kept } = this.#application;
    this.#application.close();
    this.#application = this.#start(withCache ? kept : undefined);
  }

  #start(kept: Kept | undefined): Application {
    const { streams: stream, http } = this.#network;
    const ports = { clock: this.clock, timers: this.clock, random: this.#random, stream, http };
    const instance = `i${++this.#instances}`;
    const { clock } = this;
    return new Application(
      { clock, history: this.#history, usage: this.#usage, ports, kind: this.#kind, more: this.#more, instance },
      kept,
    );
  }

  #newNode(): ServerNode {
    const node = new ServerNode(this.#history, this.clock, this.#usage);
    node.maxAgeSeconds = this.#plan.maxAgeSeconds;
    return node;
  }

  #note(what: string): void {
    if (!this.#traced) return;
    const seconds = (this.clock.monotonic() / 1_000).toFixed(2).padStart(8);
    this.trace.push(`${seconds} s  ${this.#application?.described ?? ""}  ${what}`);
  }
}
