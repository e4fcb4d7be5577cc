/** A way to the database that a test can break: it refuses, hangs up, or falls silent. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class TcpProxy {
  /** Connections taken so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #hangsUp = false;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = createServer((socket) => this.#take(socket));
  }

  /** In front of what `url` names; the answer's `url` leads through it. */
  static async before(url: string): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy({ host: hostname, port: Number(port || 5432) });
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    const address = proxy.#server.address();
    const through = new URL(url);
    through.host = `127.0.0.1:${typeof address === "object" ? address?.port : address}`;
    return { proxy, url: through.href };
  }

  /** Ends every connection, and takes new ones only to end them at once: a proxy whose database is away. */
  cut(): void {
    this.#hangsUp = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets no byte through on any connection there is, and ends none: a partition. New connections work. */
  silence(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  mend(): void {
    this.#hangsUp = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #take(socket: Socket): void {
    this.accepted += 1;
    socket.on("error", () => undefined);
    if (this.#hangsUp) return void socket.resume().end();
    const upstream = connect(this.#target);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
