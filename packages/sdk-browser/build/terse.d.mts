import type { Options } from "tsup";

export function terse(): NonNullable<Options["esbuildPlugins"]>[number];
