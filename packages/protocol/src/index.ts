export * from "./credentials.ts";
export * from "./limits.ts";
export * from "./messages.ts";
export * from "./outcomes.ts";
export type { ParseResult } from "./parse.ts";
export * from "./parse-client-message.ts";
export * from "./parse-server-message.ts";
export * from "./problem-codes.ts";
export * from "./version.ts";
