/** The stream by the browser's own WebSocket. It sets no headers, so the key travels in `hello`. */
import type { StreamTransport } from "@bannerol/client";
import type { Server } from "../options.ts";

export function webSocketTransport({ address }: Server): StreamTransport {
  const url = `${address.replace(/^http/, "ws")}sdk/v1/stream`;
  return {
    keyInHello: true,
    open({ opened, message, closed }) {
      const socket = new WebSocket(url);
      socket.onopen = opened;
      socket.onmessage = ({ data }) => message(String(data));
      // Why no connection came about, a browser tells nobody but the developer's console.
      socket.onclose = ({ code, reason }) =>
        closed({ code, reason: reason === "" ? `The connection was closed (${code}).` : `It said: ${reason}.` });
      return { send: (text) => socket.send(text), close: () => socket.close(1000) };
    },
  };
}
