import type { Options } from "tsup";

export function together(entry: string): NonNullable<Options["esbuildPlugins"]>[number];
