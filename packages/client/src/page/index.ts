/** What a page needs of the client, written for size. */
export { backoffMs } from "../connection/backoff.ts";
export { endingOf } from "../connection/ending.ts";
export type { ConnectionIdentity } from "../connection/line.ts";
export { createListeners, type Listener } from "../listeners.ts";
export { freshnessOf } from "../status.ts";
export { reasonOf } from "../tell.ts";
export { createPageConnection, type PageConnection } from "./connection.ts";
export { type Held, identityOf, isSame, rulesetFrom } from "./held.ts";
export type { PageConnectionListener, PageConnectionPorts, PageTimers } from "./memory.ts";
export { isRuleset } from "./message.ts";
export { nextTryAt, serverWaitMs } from "./waits.ts";
