import { createRequire } from "node:module";
import path from "node:path";
import { defineConfig } from "tsup";
import { licenceNotices } from "../../scripts/licence-notices.mjs";

/** Of the package's two builds the one in ES modules: the other requires Node's own at run time, which no ESM chunk can. */
const yaml = path.join(
  path.dirname(createRequire(import.meta.url).resolve("yaml/package.json")),
  "browser/dist/index.js",
);

/**
 * One package to install: the rest of Bannerol is inlined, its types too. `ws` alone stays a dependency. `yaml` is
 * inlined in a chunk of its own, which is loaded where there is YAML to read.
 */
export default defineConfig({
  entry: ["src/index.ts"],
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  noExternal: [/^@bannerol\//, "yaml"],
  splitting: true,
  external: ["ws"],
  dts: {
    compilerOptions: {
      // By path they count as sources, and are inlined; by name they would count as somebody else's package.
      baseUrl: ".",
      paths: { "@bannerol/*": ["../*/src/index.ts"] },
    },
  },
  sourcemap: true,
  clean: true,
  treeshake: true,
  esbuildPlugins: [licenceNotices()],
  esbuildOptions(options) {
    options.conditions = ["@bannerol/source"];
    options.alias = { yaml };
  },
});
