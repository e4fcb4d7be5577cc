/**
 * What is loaded at first is one file: an esbuild plugin for builds with splitting. esbuild makes a file of each set of modules
 * that the same entries reach, and a late file is an entry. So that all of them reach what the first entry does, each names
 * something of it; nobody uses that name.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const sources = fileURLToPath(new URL("../src", import.meta.url));

/** `entry`: the name of the first one's source. */
export function together(entry) {
  return {
    name: "together",
    setup(build) {
      build.onResolve({ filter: /^\./ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind !== "dynamic-import" || pluginData?.resolved) return undefined;
        const found = await build.resolve(path, { kind, resolveDir, pluginData: { resolved: true } });
        return { ...found, pluginData: { isLate: true } };
      });
      build.onLoad({ filter: /\.ts$/ }, ({ path, pluginData }) => {
        if (!pluginData?.isLate) return undefined;
        const whole = JSON.stringify(join(sources, `${entry}.ts`));
        return { contents: `${readFileSync(path, "utf8")}\nexport { createClient } from ${whole};\n`, loader: "ts" };
      });
    },
  };
}
