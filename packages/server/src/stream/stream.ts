/**
 * The stream of changes: ties the log's views to the hub, and the hub to its two doors.
 *
 *     ledger ─ change applied ─► hub.publish, for each view that it altered
 *            └ key revoked    ─► hub.revoke            and every 2 s, whatever was or was not told
 *     upgrade, or GET for events ─► authenticate ─► grant (a key's view) ─► hub
 *
 * Who may connect is `auth`'s to say, what a view holds is `log`'s, and who is sent what is the hub's.
 */
import type { Server } from "node:http";
import {
  type ConnectionInfo,
  type ConnectionLoad,
  type Grant,
  Hub,
  type HubObserver,
  type ViewSource,
} from "@bannerol/hub";
import { type Authenticator, isInForce, type KeyGrant } from "../auth/authenticate.ts";
import type { Applied } from "../log/follower.ts";
import type { Ledger } from "../log/ledger.ts";
import type { View, ViewName } from "../log/view.ts";
import { Admission } from "./admission.ts";
import { type EventPorts, type EventStreams, Events } from "./events.ts";
import { CLIENT_KEY_LIMITS, Places } from "./places.ts";
import { attachStream } from "./upgrade.ts";
import { viewIdOf } from "./view-id.ts";

/** So many a second, and a second's worth at once; the others are told when to come again. */
const HANDSHAKES_PER_SECOND = 200;
/** How often keys are looked at without being told of a change: a key that slipped through ends within 5 s too. */
const CHECK_KEYS_MS = 2_000;

export interface StreamPorts {
  readonly ledger: Ledger;
  readonly authenticateKey: Authenticator["authenticateKey"];
  /** Epoch milliseconds: keys expire. */
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  readonly random: () => number;
  /** So many at once; others are told to come again. */
  readonly maxStreams: number;
  /** Calls `fn` about every `ms`, without keeping the process alive; the answer stops it. */
  readonly every: (ms: number, fn: () => void) => () => void;
  readonly observer?: StreamObserver;
}

/** What those who measure, and those who watch over keys, are told. */
export interface StreamObserver extends HubObserver {
  readonly refusedHandshake: () => void;
  /** A server key came from a browser, by a handshake. */
  readonly leaked: (detail: string) => void;
}

export class Stream {
  readonly #ports: StreamPorts;
  /** By view: as many as there are environments, times two. */
  readonly #sources = new Map<string, ViewSource>();
  readonly #hub: Hub;
  readonly #doors: EventPorts;
  readonly #stops: readonly (() => void)[];
  /** The door for those who cannot have a WebSocket. */
  readonly events: EventStreams;

  constructor(ports: StreamPorts) {
    const { ledger, monotonic, random, observer, every, maxStreams } = ports;
    this.#ports = ports;
    this.#hub = new Hub({ monotonic, every, ...(observer === undefined ? {} : { observer }) });
    this.#doors = {
      hub: this.#hub,
      admission: this.#admission(),
      places: new Places({ ...CLIENT_KEY_LIMITS, all: maxStreams }, () => observer?.refusedHandshake()),
      grant: (key) => this.#grant(key),
      monotonic,
      random,
    };
    this.events = new Events(this.#doors);
    this.#stops = [ledger.subscribe((applied) => this.#follow(applied)), every(CHECK_KEYS_MS, () => this.#checkKeys())];
  }

  /** Serves WebSockets on an HTTP server behind so many proxies; the answer ends it for new handshakes. */
  attach(server: Server, proxies = 0): () => void {
    const { authenticateKey, observer } = this.#ports;
    return attachStream(server, {
      ...this.#doors,
      proxies,
      authenticate: async (key, from) => {
        const answer = await authenticateKey(key, from);
        if ("code" in answer && answer.code === "key_leaked") observer?.leaked(answer.detail);
        return answer;
      },
    });
  }

  /** Every connection of this node, by what it holds. */
  loads(): readonly ConnectionLoad[] {
    return this.#hub.loads();
  }

  /** Keys that have connections to this node. */
  keyIds(): ReadonlySet<string> {
    return this.#hub.keyIds();
  }

  /** The SDKs connected to this node with a view of the environment. */
  inventory(project: string, environment: string): readonly ConnectionInfo[] {
    const classes = ["server", "client"] as const;
    return classes.flatMap((viewClass) => this.#hub.inventory(viewIdOf({ project, environment, class: viewClass })));
  }

  /** Says goodbye to everybody within the time, and takes nobody on any more. */
  async drain(withinMs: number): Promise<void> {
    await this.#hub.drain("the server is shutting down", withinMs);
    for (const stop of this.#stops) stop();
    this.#hub.close();
  }

  #follow({ project, change, state, views }: Applied): void {
    for (const view of views) this.#hub.publish(viewIdOf(view));
    for (const item of change.items) {
      const revoked = item.kind === "key" && state.keys.get(item.key)?.document.revokedAt !== undefined;
      if (revoked) this.#hub.revoke(item.key);
      // An environment that is gone takes its keys along.
      if (item.kind === "environment" && item.after === null) this.#revokeAll(project, item.key);
    }
  }

  /** One that was revoked between being asked for and being let in, or of which no change told; one that has expired. */
  #checkKeys(): void {
    const { ledger, now } = this.#ports;
    const open = new Set<string>();
    for (const project of ledger.projects()) {
      const state = ledger.state(project);
      for (const [id, { document }] of state?.keys ?? []) {
        if (isInForce(document, now()) && ledger.view(project, document.environment, document.kind)) open.add(id);
      }
    }
    for (const id of this.#hub.keyIds()) if (!open.has(id)) this.#hub.revoke(id);
  }

  #admission(): Pick<Admission, "admit"> {
    const { monotonic, random, observer } = this.#ports;
    const admission = new Admission(HANDSHAKES_PER_SECOND, monotonic(), random);
    return {
      admit(now) {
        const admitted = admission.admit(now);
        if (admitted !== true) observer?.refusedHandshake();
        return admitted;
      },
    };
  }

  #revokeAll(project: string, environment: string): void {
    for (const { keyId } of this.inventory(project, environment)) this.#hub.revoke(keyId);
  }

  #grant({ keyId, ...name }: KeyGrant): Grant {
    return { keyId, viewId: viewIdOf(name), source: this.#source(name) };
  }

  /** One for all connections of a view. */
  #source(name: ViewName): ViewSource {
    const id = viewIdOf(name);
    const known = this.#sources.get(id) ?? this.#newSource(name);
    this.#sources.set(id, known);
    return known;
  }

  /**
   * The view as it is at each moment: the log makes a new one with every change. One that is gone, perhaps since the database
   * lost the changes that made its environment, stays as it was until its connections are ended.
   */
  #newSource(name: ViewName): ViewSource {
    const { ledger } = this.#ports;
    let last: View | undefined;
    const view = () => {
      last = ledger.view(name.project, name.environment, name.class) ?? last;
      if (last === undefined)
        throw new Error(`There is no environment ${name.environment} in project ${name.project}.`);
      return last;
    };
    return {
      identity: () => view().identity(),
      upTo: () => ledger.state(name.project)?.revision ?? 0,
      ruleset: () => view().ruleset(),
      deltaSince: (revision) => view().deltaSince(revision),
      catchUp: (has) => ledger.catchUpWith(name, has),
    };
  }
}
