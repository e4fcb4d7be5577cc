/** zod schemas of the admin API. Apart from the package's main entry, so that no SDK ships zod. */
export * from "./change.ts";
export * from "./change-set.ts";
export * from "./common.ts";
export * from "./condition.ts";
export * from "./connection.ts";
export * from "./credential.ts";
export * from "./evaluation.ts";
export * from "./flag.ts";
export * from "./invariant.ts";
export * from "./preview.ts";
export * from "./project.ts";
export * from "./promotion.ts";
export * from "./sdk.ts";
export * from "./segment.ts";
export * from "./service.ts";
export * from "./targeting.ts";
export * from "./usage.ts";
