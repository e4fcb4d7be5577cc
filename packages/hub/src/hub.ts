/**
 * Fans the log of revisions out to every connection.
 *
 *     publish(viewId) ─► DeltaWindow (one encoding) ─► each Connection of the view (a cursor)
 *     every second    ─► heartbeats of a fifteenth of all, sweep of the slow and the silent
 *
 * It owns no socket and no view: sockets are handed in by `accept`, views come with the key that opens them.
 */
import { CloseCode, HEARTBEAT_MS } from "@bannerol/protocol";
import { Connection } from "./connection.ts";
import type { ConnectionHost, Peer } from "./connection-host.ts";
import { DeltaWindow } from "./delta-window.ts";
import type { Admit, Grant, HubPorts, HubSocket, Transport } from "./ports.ts";
import { versionsAlone } from "./versions-alone.ts";

const TICK_MS = 1_000;
const SLOTS = HEARTBEAT_MS / TICK_MS;
/** So many clients a second are asked to fetch a whole ruleset by HTTP … */
const FETCHES_PER_SECOND = 200;
/** … and none of them is made to wait longer than this. */
const MAX_FETCH_SPREAD_MS = 20_000;
const GOODBYES_PER_SECOND = 500;

interface Channel {
  readonly window: DeltaWindow;
  readonly connections: Set<Connection>;
}

/** One line of the connection inventory. */
export interface ConnectionInfo extends Peer {
  readonly keyId: string;
  readonly viewId: string;
  readonly transport: Transport;
  readonly acknowledged: number;
  /** How long it has been open. */
  readonly ageMs: number;
}

/** How much one connection holds, for those who measure. */
export interface ConnectionLoad {
  /** `undefined` before a key opened it. */
  readonly viewId: string | undefined;
  readonly transport: Transport;
  readonly unsentBytes: number;
}

export class Hub {
  readonly #ports: HubPorts;
  readonly #channels = new Map<string, Channel>();
  /** Each connection with the second of the heartbeat period at which it is its turn. */
  readonly #connections = new Map<Connection, number>();
  readonly #stop: () => void;
  readonly #host: ConnectionHost;
  #tick = 0;
  #nextSlot = 0;
  #fetchesThisTick = 0;
  #draining = false;

  constructor(ports: HubPorts) {
    this.#ports = ports;
    this.#stop = ports.every(TICK_MS, () => this.#everySecond());
    this.#host = {
      observer: ports.observer,
      monotonic: ports.monotonic,
      join: (connection, grant) => this.#join(connection, grant),
      leave: (connection) => this.#leave(connection),
      fetchSpreadMs: () => this.#fetchSpreadMs(),
    };
  }

  /** Takes a socket over. Feed what arrives to the connection's `receive`, and its end to `closed`. */
  accept(socket: HubSocket, admit: Admit): Connection {
    const connection = new Connection(this.#host, socket, admit);
    this.#connections.set(connection, this.#nextSlot);
    this.#nextSlot = (this.#nextSlot + 1) % SLOTS;
    if (this.#draining) {
      connection.refuse(CloseCode.tryLater, "try_later", "This server is shutting down. Come back in a moment.");
    }
    return connection;
  }

  /** The view may have changed: whatever is new goes to every connection of it. */
  publish(viewId: string): void {
    for (const channel of this.#channelsOf(viewId)) {
      if (!channel.window.refresh()) continue;
      for (const connection of channel.connections) connection.push();
    }
  }

  /** The keys by which somebody is connected. */
  keyIds(): ReadonlySet<string> {
    const ids = [...this.#connections.keys()].map(({ keyId }) => keyId);
    return new Set(ids.filter((id) => id !== undefined));
  }

  /** Ends every connection of a key. */
  revoke(keyId: string): void {
    const detail = "The SDK key was revoked. Make a new one with `bannerol key create`.";
    for (const connection of [...this.#connections.keys()]) {
      if (connection.keyId === keyId) connection.refuse(CloseCode.revoked, "key_invalid", detail);
    }
  }

  inventory(viewId: string): readonly ConnectionInfo[] {
    const now = this.#ports.monotonic();
    const connections = this.#channelsOf(viewId).flatMap((channel) => [...channel.connections]);
    return connections.flatMap((connection) => {
      const { peer, keyId, transport, acknowledged, openedAt } = connection;
      return peer === undefined || keyId === undefined
        ? []
        : [{ ...peer, keyId, viewId, transport, acknowledged, ageMs: now - openedAt }];
    });
  }

  /** Every connection, those that have not said hello too. */
  loads(): readonly ConnectionLoad[] {
    return Array.from(this.#connections.keys(), ({ viewId, transport, unsentBytes }) => ({
      viewId,
      transport,
      unsentBytes,
    }));
  }

  get size(): number {
    return this.#connections.size;
  }

  /**
   * Says goodbye to everybody, spread over up to `withinMs`, so that they do not all come back in one moment.
   * Resolves when the last has been told. New sockets are refused from now on.
   */
  async drain(reason: string, withinMs: number): Promise<void> {
    this.#draining = true;
    const all = [...this.#connections.keys()];
    const ticks = Math.max(1, Math.min(Math.ceil(all.length / (GOODBYES_PER_SECOND / 10)), Math.floor(withinMs / 100)));
    const perTick = Math.ceil(all.length / ticks);
    const afterMs = [500, 2_000 + Math.min(28_000, all.length * 5)] as const;
    const sayGoodbye = () => {
      for (const connection of all.splice(0, perTick)) connection.goodbye(reason, afterMs);
    };
    sayGoodbye();
    if (all.length === 0) return;
    await new Promise<void>((resolve) => {
      const stop = this.#ports.every(100, () => {
        sayGoodbye();
        if (all.length > 0) return;
        stop();
        resolve();
      });
    });
  }

  /** Stops heartbeats. Connections are left to `drain`. */
  close(): void {
    this.#stop();
  }

  #join(connection: Connection, grant: Grant): DeltaWindow {
    const id = channelId(grant.viewId, connection.isRemote);
    let channel = this.#channels.get(id);
    if (channel === undefined) {
      const source = connection.isRemote ? versionsAlone(grant.source) : grant.source;
      channel = { window: new DeltaWindow(source), connections: new Set() };
      this.#channels.set(id, channel);
    }
    channel.connections.add(connection);
    return channel.window;
  }

  #leave(connection: Connection): void {
    this.#connections.delete(connection);
    const { viewId, isRemote } = connection;
    if (viewId !== undefined) this.#channels.get(channelId(viewId, isRemote))?.connections.delete(connection);
  }

  /** Of those who evaluate themselves, and of those who ask the server. */
  #channelsOf(viewId: string): readonly Channel[] {
    return [false, true].flatMap((isRemote) => this.#channels.get(channelId(viewId, isRemote)) ?? []);
  }

  /** The more that were sent to fetch within this second, the longer the next may take. */
  #fetchSpreadMs(): number {
    this.#fetchesThisTick += 1;
    return Math.min(MAX_FETCH_SPREAD_MS, Math.floor((this.#fetchesThisTick * 1_000) / FETCHES_PER_SECOND));
  }

  #everySecond(): void {
    const now = this.#ports.monotonic();
    const slot = this.#tick % SLOTS;
    this.#tick += 1;
    this.#fetchesThisTick = Math.max(0, this.#fetchesThisTick - FETCHES_PER_SECOND);
    for (const [connection, turn] of [...this.#connections]) {
      connection.sweep(now);
      if (turn === slot) connection.beat();
    }
  }
}

function channelId(viewId: string, isRemote: boolean): string {
  return JSON.stringify([viewId, isRemote]);
}
