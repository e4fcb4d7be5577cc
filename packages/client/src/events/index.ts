/** What tells a server of counts, for an SDK that loads it apart. */
export type { EventRow } from "./batches.ts";
export { type EventListener, type EventPorts, type EventSender, eventSender } from "./sender.ts";
