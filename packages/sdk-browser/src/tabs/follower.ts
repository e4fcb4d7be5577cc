/** A stream whose server is the tab that leads. */
import type { StreamTransport } from "@bannerol/client";
import type { TabChannel } from "./channel.ts";

/** `tab` names this one. */
export function tabTransport({ post, listen }: TabChannel, tab: string): StreamTransport {
  return {
    keyInHello: false,
    open({ opened, message, closed }) {
      let isOpen = false;
      const stop = listen(({ type, tab: to = tab, text = "" }) => {
        if (to !== tab) return;
        if (type === "opened" && !isOpen) {
          isOpen = true;
          opened();
        } else if (type === "message" && isOpen) message(text);
        else if (type === "closed" && isOpen) end(text);
      });
      const end = (reason: string): void => {
        stop();
        closed({ reason });
      };
      post({ type: "open", tab });
      return { send: (text) => post({ type: "say", tab, text }), close: stop };
    },
  };
}
