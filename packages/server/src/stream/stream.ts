/**
 * The stream of changes: ties the log's views to the hub, and the hub to the HTTP server.
 *
 *     ledger ─ change applied ─► hub.publish, for each view that it altered
 *            └ key revoked    ─► hub.revoke
 *     upgrade ─► authenticate ─► grant (a key's view) ─► hub
 *
 * Who may connect is `auth`'s to say, what a view holds is `log`'s, and who is sent what is the hub's.
 */
import type { Server } from "node:http";
import { type ConnectionInfo, type Grant, Hub, type ViewSource } from "@bannerol/hub";
import type { KeyGrant } from "../auth/authenticate.ts";
import type { Refusal } from "../http/refusal.ts";
import type { Applied } from "../log/follower.ts";
import type { Ledger } from "../log/ledger.ts";
import type { ViewName } from "../log/view.ts";
import { Admission } from "./admission.ts";
import { attachStream } from "./upgrade.ts";

/** So many a second, and a second's worth at once; the others are told when to come again. */
const HANDSHAKES_PER_SECOND = 200;

export interface StreamPorts {
  readonly ledger: Ledger;
  readonly authenticateKey: (key: string, origin?: string) => Promise<KeyGrant | Refusal>;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  readonly random: () => number;
}

export class Stream {
  readonly #ports: StreamPorts;
  readonly #hub: Hub;
  readonly #unsubscribe: () => void;

  constructor(ports: StreamPorts) {
    this.#ports = ports;
    this.#hub = new Hub({ monotonic: ports.monotonic, every: everyUnreferenced });
    this.#unsubscribe = ports.ledger.subscribe((applied) => this.#follow(applied));
  }

  /** Serves the stream on an HTTP server; the answer ends it for new handshakes. */
  attach(server: Server): () => void {
    const { monotonic, random, authenticateKey } = this.#ports;
    return attachStream(server, {
      hub: this.#hub,
      admission: new Admission(HANDSHAKES_PER_SECOND, monotonic()),
      monotonic,
      random,
      authenticate: async (key, origin) => {
        const answer = await authenticateKey(key, origin);
        return "code" in answer ? answer : this.#grant(answer);
      },
    });
  }

  /** The SDKs connected to this node with a view of the environment. */
  inventory(project: string, environment: string): readonly ConnectionInfo[] {
    const classes = ["server", "client"] as const;
    return classes.flatMap((viewClass) => this.#hub.inventory(viewIdOf({ project, environment, class: viewClass })));
  }

  /** Says goodbye to everybody within the time, and takes nobody on any more. */
  async drain(withinMs: number): Promise<void> {
    await this.#hub.drain("the server is shutting down", withinMs);
    this.#unsubscribe();
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

  #revokeAll(project: string, environment: string): void {
    for (const { keyId } of this.inventory(project, environment)) this.#hub.revoke(keyId);
  }

  #grant({ keyId, ...name }: KeyGrant): Grant {
    return { keyId, viewId: viewIdOf(name), source: this.#source(name) };
  }

  /** The view as it is at each moment: the log makes a new one with every change. */
  #source(name: ViewName): ViewSource {
    const { ledger } = this.#ports;
    const view = () => {
      const now = ledger.view(name.project, name.environment, name.class);
      if (now === undefined) throw new Error(`There is no environment ${name.environment} in project ${name.project}.`);
      return now;
    };
    return {
      identity: () => view().identity(),
      ruleset: () => view().ruleset(),
      deltaSince: (revision) => view().deltaSince(revision),
      catchUp: () => ledger.catchUp(name.project),
    };
  }
}

/** Keys hold no slash. */
function viewIdOf({ project, environment, class: viewClass }: ViewName): string {
  return `${project}/${environment}/${viewClass}`;
}

/** A heartbeat must not keep a process alive that has nothing else to do. */
function everyUnreferenced(ms: number, fn: () => void): () => void {
  const timer = setInterval(fn, ms).unref();
  return () => clearInterval(timer);
}
