/** Tells the server what was counted. In a chunk of its own: a page's first paint need not wait for it. */

import { type EventListener, type EventSender, eventSender } from "@bannerol/client/events";
import type { ConnectionIdentity } from "@bannerol/client/page";
import { browserClock as clock, browserTimers as timers } from "./net/browser-ports.ts";
import { httpTransport } from "./net/http.ts";
import type { Server } from "./options.ts";

export interface SenderOptions extends EventListener {
  readonly server: Server;
  readonly identity: ConnectionIdentity;
  readonly newId: () => string;
}

export function openSender({ server, identity, newId, ...listener }: SenderOptions): EventSender {
  const ports = { clock, timers, random: Math.random, http: httpTransport(server) };
  return eventSender(ports, { instance: identity.instance, sdk: identity.sdk, newId })(listener);
}
