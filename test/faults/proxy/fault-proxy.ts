/**
 * A TCP proxy that does what networks and proxies do: delays, narrows, stalls one direction, cuts, resets, stays silent,
 * answers in the server's place, and drops, doubles, reorders or edits what a server says on a WebSocket.
 *
 *     client ─► arriving ─► Link ─ up ───────────► server
 *                             └── down ◄─ edit ◄──┘
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Arrival, pass } from "./arrivals.ts";
import type { End } from "./end.ts";
import { type Edit, Link } from "./link.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

export class FaultProxy {
  /** What happens to who connects. */
  arriving: Arrival = pass;
  /** Called with each connection that passes, before its first byte does. */
  prepare: (link: Link) => void = () => undefined;
  /** Called with each connection that says what it wants, before that is passed on. */
  asked: (link: Link) => void = () => undefined;
  /** What becomes of what the server says on WebSockets. */
  edit: Edit = ({ bytes }) => [bytes];
  /** Where those go who pass from now on. */
  target: Address;
  /** Connections so far, those too that never passed. */
  accepted = 0;
  /** Every connection that has passed, the ended ones too. */
  readonly links: Link[] = [];
  readonly #open = new Map<Link, Promise<void>>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: Address) {
    this.target = target;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#take(socket));
  }

  /** In front of what `url` names. */
  static async before(url: string): Promise<FaultProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new FaultProxy({ host: hostname, port: Number(port || 5432) });
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy does not listen.");
    return address.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same address as `url`, by way of this proxy. */
  through(url: string): string {
    const through = new URL(url);
    through.host = `127.0.0.1:${this.port}`;
    return through.href;
  }

  /** The connections that are there now. */
  get open(): readonly Link[] {
    return [...this.#open.keys()];
  }

  /** Ends those that are there now; new ones may come. */
  end(how: End): void {
    for (const link of this.open) link.end(how);
  }

  /** What the server has said on WebSockets, in order, connection by connection. */
  get messages(): readonly string[] {
    return this.links.flatMap(({ messages }) => messages);
  }

  /** As in `GET /sdk/v1/ruleset`, a line for each connection. */
  get requests(): readonly string[] {
    return this.links.map(({ request }) => request);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.end("cut");
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#open.values());
  }

  #take(client: Socket): void {
    this.accepted += 1;
    this.#watch(client);
    if (this.arriving(client) !== "pass") return;
    const server = connect({ ...this.target, allowHalfOpen: true });
    this.#watch(server);
    const link = new Link(
      { client, server },
      { edit: (frame, of) => this.edit(frame, of), asked: (asking) => this.asked(asking) },
    );
    this.links.push(link);
    this.prepare(link);
    this.#open.set(
      link,
      link.run().finally(() => this.#open.delete(link)),
    );
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    // It is told by "close" as well; without a listener it would end the process.
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
  }
}
