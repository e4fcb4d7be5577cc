import type { Socket } from "node:net";

/** How an end looks to the peer: FIN, or RST. */
export type End = "cut" | "reset";

export function endSocket(socket: Socket, how: End): void {
  if (how === "reset") socket.resetAndDestroy();
  else socket.end();
}
