import type { Plugin } from "esbuild";

export function terse(): Plugin;
/** A module's text without what a page need not be sent. */
export function tersely(name: string, text: string): string;
