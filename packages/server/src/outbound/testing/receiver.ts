/** Servers to send to, on the loopback address. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSafeServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from "node:net";
import { certificate, privateKey } from "./certificate.ts";

export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver extends AsyncDisposable {
  readonly port: number;
  /** What has come, in order. */
  readonly received: readonly Received[];
  /** How many connections were made, whatever came of them. */
  readonly connections: () => number;
}

type Answer = (response: ServerResponse, received: Received) => void;

const accept: Answer = (response) => void response.writeHead(204).end();

export async function receiver(answer: Answer = accept, safe: "http" | "https" = "https"): Promise<Receiver> {
  const received: Received[] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url: path, headers } = request;
    const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
    received.push(one);
    answer(response, one);
  };
  const server =
    safe === "https" ? createSafeServer({ key: privateKey, cert: certificate }, listener) : createServer(listener);
  return { ...(await listening(server)), received };
}

/** Takes connections and does with them what `greet` does: nothing, unless given. */
export async function rawReceiver(greet: (socket: Socket) => void = () => {}): Promise<Receiver> {
  const server = createSocketServer((socket) => {
    socket.on("error", () => {});
    greet(socket);
  });
  return { ...(await listening(server)), received: [] };
}

async function listening(server: Server): Promise<Omit<Receiver, "received">> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
