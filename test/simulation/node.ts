import { readRuleset, rulesetText } from "../../packages/core/src/index.ts";
/**
 * One node of the server: the hub that every server runs, on a view that follows the history with a lag, and the ruleset by
 * HTTP. What it answers is the protocol's; what becomes of the answer is the network's.
 */
import { type Connection, type Grant, Hub, type HubSocket, type KeyRefusal } from "../../packages/hub/src/index.ts";
import { CloseCode, type HelloMessage, type StateIdentity } from "../../packages/protocol/src/index.ts";
import type { SimulatedClock } from "./clock.ts";
import type { History, ViewState } from "./history.ts";
import { listSince, wholeList } from "./listed.ts";
import type { Usage } from "./usage.ts";

const VIEW = "view";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a caller says that it has. */
export interface Asked {
  readonly since: number | undefined;
  readonly epoch: string | undefined;
  readonly etag: string | undefined;
}

export class ServerNode {
  /** Answers nobody while it is down. */
  isUp = true;
  /** Whether it reads what is written: a node whose database is out of reach goes on with what it has. */
  follows = true;
  isRevoked = false;
  maxAgeSeconds = 30;
  readonly #history: History;
  readonly #clock: SimulatedClock;
  readonly #usage: Usage;
  #epoch: string;
  #upTo: number;
  #view: ViewState;
  #hub: Hub;

  constructor(history: History, clock: SimulatedClock, usage: Usage) {
    this.#history = history;
    this.#usage = usage;
    this.#clock = clock;
    this.#epoch = history.epoch;
    this.#upTo = history.revision;
    this.#view = history.head;
    this.#hub = this.#newHub();
  }

  /** Takes up what has been written. */
  read(): void {
    if (!this.follows) return;
    const { epoch, revision } = this.#history;
    const moves = this.#epoch !== epoch || this.#upTo < revision;
    this.#epoch = epoch;
    this.#upTo = revision;
    this.#view = this.#history.head;
    if (moves && this.isUp) this.#hub.publish(VIEW);
  }

  /** Ends as by SIGKILL: whoever owns its sockets cuts them. */
  kill(): void {
    this.isUp = false;
    this.#hub.close();
  }

  start(): void {
    this.#hub = this.#newHub();
    this.isUp = true;
    this.read();
  }

  /** Ends in order. */
  drain(): void {
    void this.#hub.drain("restart", 0);
  }

  revoke(): void {
    this.isRevoked = true;
    this.#hub.revoke("key");
  }

  accept(socket: HubSocket): Connection {
    this.#clock.promised();
    return this.#hub.accept(socket, this.isRevoked ? async () => refused : this.#grant());
  }

  /** Server-Sent Events: the hub is greeted in the client's name. */
  acceptEvents(socket: HubSocket, have: StateIdentity | undefined): Connection {
    const connection = this.#hub.accept(socket, this.#grant());
    const hello: HelloMessage = {
      type: "hello",
      protocol: 1,
      sdk: { name: "t", version: "1" },
      instance: "i",
      ...(have && { have }),
    };
    connection.greet(hello);
    this.#clock.promised();
    return connection;
  }

  ruleset({ since, epoch, etag }: Asked): Answer {
    if (this.isRevoked) return { status: 401, headers: {}, body: "" };
    const tagged = /^"(.*)-(\d+)-\d+"$/.exec(etag ?? "");
    const held = [
      { epoch, revision: since ?? -1 },
      { epoch: tagged?.[1], revision: Number(tagged?.[2] ?? -1) },
    ];
    const ahead = () => held.some((one) => one.epoch === this.#epoch && one.revision > this.#view.revision);
    if (ahead()) this.read();
    if (ahead()) return { status: 503, headers: { "retry-after": "2" }, body: "" };
    const { revision, checksum } = this.#view;
    const tag = `"${this.#epoch}-${revision}-${checksum}"`;
    const headers = {
      etag: tag,
      "cache-control": `max-age=${this.maxAgeSeconds}`,
      "bannerol-up-to": `${this.#upTo}`,
    };
    if (etag === tag) return { status: 304, headers, body: "" };
    const body =
      since !== undefined && epoch === this.#epoch
        ? JSON.stringify({ type: "delta", epoch, ...this.#view.deltaSince(since), checksum })
        : rulesetText(readRuleset(this.#view.ruleset()));
    return { status: 200, headers, body };
  }

  /** A long list, whole or since a version, to whoever asks for one that its view names. */
  list(path: string): { readonly answer: Answer; readonly content: Uint8Array } {
    const { pathname, searchParams } = new URL(path, "http://node");
    const { listed } = this.#view;
    const answer = (status: number): Answer => ({ status, headers: { "bannerol-epoch": this.#epoch }, body: "" });
    const nothing = new Uint8Array();
    if (this.isRevoked) return { answer: answer(401), content: nothing };
    if (listed === undefined || pathname !== `/sdk/v1/lists/${listed.list}`) {
      return { answer: answer(404), content: nothing };
    }
    const before =
      searchParams.get("epoch") === this.#epoch
        ? this.#history.list(this.#epoch, listed.list, Number(searchParams.get("since")))
        : undefined;
    const content = before === undefined ? wholeList(listed) : listSince(before, listed);
    return { answer: answer(200), content };
  }

  /** A batch of counts. */
  events(body: string): Answer {
    if (this.isRevoked) return { status: 401, headers: {}, body: "" };
    if (!this.follows) return { status: 503, headers: { "retry-after": "2" }, body: "" };
    return { status: 200, headers: {}, body: JSON.stringify(this.#usage.take(body)) };
  }

  #newHub(): Hub {
    return new Hub({ monotonic: this.#clock.monotonic, every: this.#clock.every });
  }

  #grant(): Grant {
    return {
      keyId: "key",
      viewId: VIEW,
      source: {
        identity: () => this.#view.identity(),
        upTo: () => this.#upTo,
        ruleset: () => this.#view.ruleset(),
        deltaSince: (revision) => this.#view.deltaSince(revision),
        catchUp: async () => this.read(),
      },
    };
  }
}

const refused: KeyRefusal = { closeCode: CloseCode.unauthorized, code: "key_invalid", detail: "No." };
