import type { Options } from "tsup";

export function terse(): NonNullable<Options["esbuildPlugins"]>[number];
/** A module's text without what a page need not be sent. */
export function tersely(name: string, text: string): string;
