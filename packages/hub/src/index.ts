export { Connection } from "./connection.ts";
export { type ConnectionInfo, type ConnectionLoad, Hub } from "./hub.ts";
export * from "./ports.ts";
export { deltaOfVersions, rulesetOfVersions } from "./versions-alone.ts";
