/**
 * What a page need not be sent: an esbuild plugin that puts shorter sources in the place of longer ones, as it bundles.
 * Every other package has them whole; tests hold the two together.
 */
import { readFileSync } from "node:fs";

/** By the end of a module's path: what stands in its place. */
const replaced = [[/packages[\\/]core[\\/]src[\\/]hash\.ts$/, new URL("../src/hash.ts", import.meta.url)]];

export function terse() {
  return {
    name: "terse",
    setup(build) {
      for (const [filter, by] of replaced) {
        build.onLoad({ filter }, () => ({ contents: readFileSync(by, "utf8"), loader: "ts" }));
      }
    },
  };
}
