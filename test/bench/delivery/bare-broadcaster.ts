/**
 * The floor under delivery: for each request one durable insert, then the same bytes to every socket. No keys, no
 * decisions, no history, nobody who was away.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Database from "better-sqlite3";
import { WebSocketServer } from "ws";
import { answer } from "./answering.ts";

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

/** Answers with the port. Each POST keeps `frame` in `file`, and sends it. */
function listen({ file, frame }: { readonly file: string; readonly frame: string }): Promise<number> {
  const insert = durableInsert(file);
  const bytes = Buffer.from(frame);
  server.on("request", (request, response) => {
    request.resume().on("end", () => {
      insert(frame);
      for (const socket of sockets.clients) socket.send(bytes, { binary: false });
      response.end();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** As durable as the server's own store. */
function durableInsert(file: string): (text: string) => void {
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  database.exec("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  // The binding falls back to less after a first write.
  database.pragma("synchronous = FULL");
  const insert = database.prepare("INSERT INTO bare (text) VALUES (?)");
  return (text) => {
    insert.run(text);
    if (database.pragma("synchronous", { simple: true }) !== 2) throw new Error("The bare insert was not durable.");
  };
}

const requests = { listen, collect: () => globalThis.gc?.() };
export type BareBroadcasterRequests = typeof requests;
answer(requests);
