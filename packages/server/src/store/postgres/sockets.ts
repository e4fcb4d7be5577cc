/**
 * The sockets below a driver instance. The driver leaves three things open that a server cannot: a connection that is
 * accepted and then closed without a word (by a proxy whose database is away) it would try again without end and
 * without telling; a peer that vanished it would wait for as long as TCP does; and it offers no way to let go of a
 * socket at once.
 */
import { type NetConnectOpts, Socket } from "node:net";

const KEEPALIVE_AFTER_MS = 10_000;

/** What the driver says of where to connect. */
interface Target {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | false | undefined;
}

export class Sockets {
  readonly #made = new Set<Socket>();

  /** For the driver's option `socket`. What it writes before the connection stands is kept until then. */
  readonly make = (target: Target): Socket => {
    for (const old of this.#made) if (old.destroyed) this.#made.delete(old);
    const socket = new Socket().setNoDelay(true).setKeepAlive(true, KEEPALIVE_AFTER_MS);
    this.#made.add(socket);
    // Once the driver listens, which it does in this very turn: an error may come in the next.
    queueMicrotask(() => socket.connect(addressOf(target)));
    // Registered before the driver's own listeners: what it takes for a close without error becomes one.
    socket.once("close", (hadError) => {
      if (!hadError) socket.emit("error", closedByPeer());
    });
    // The driver asks TLS for the name of the certificate by it.
    return Object.assign(socket, { host: target.host[0] });
  };

  /** Ends all of them now, heard or not. */
  destroy(): void {
    for (const socket of this.#made) socket.destroy();
    this.#made.clear();
  }
}

function addressOf({ host, port, path }: Target): NetConnectOpts {
  return typeof path === "string" ? { path } : { host: host[0] ?? "localhost", port: port[0] ?? 5432 };
}

function closedByPeer(): Error {
  return Object.assign(new Error("The database closed the connection."), { code: "ECONNRESET" });
}
