/** Tells the server what was counted. In a chunk of its own: a page's first paint need not wait for it. */

import { type EventListener, type EventPorts, type EventSender, eventSender } from "@bannerol/client/events";
import type { ConnectionIdentity } from "@bannerol/client/page";

export interface SenderOptions extends EventListener {
  readonly ports: EventPorts;
  readonly identity: ConnectionIdentity;
  readonly newId: () => string;
}

export function openSender({ ports, identity, newId, ...listener }: SenderOptions): EventSender {
  return eventSender(ports, { instance: identity.instance, sdk: identity.sdk, newId })(listener);
}
