export { Connection } from "./connection.ts";
export { type ConnectionInfo, Hub } from "./hub.ts";
export type * from "./ports.ts";
