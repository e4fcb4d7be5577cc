import { fileURLToPath } from "node:url";
import { defineConfig } from "tsup";
import { licenceNotices } from "../../scripts/licence-notices.mjs";
import { dependencies } from "./package.json";

/** The workspace's packages go in, so that one package is installed; what is listed in `dependencies` stays out. */
export default defineConfig({
  // Each thread is a file of its own, beside the chunk that starts it. Into the one that judges patterns goes recheck, so
  // that nobody has to install the native programs that its package asks for.
  entry: {
    main: source("src/main.ts"),
    "proof-worker": source("../server/src/patterns/proof-worker.js"),
    "quick-check-worker": source("../server/src/store/sqlite/quick-check-worker.js"),
  },
  format: "esm",
  platform: "node",
  target: "node20",
  splitting: true,
  clean: true,
  external: Object.keys(dependencies),
  noExternal: [/^@bannerol\//],
  esbuildPlugins: [licenceNotices()],
  esbuildOptions(options) {
    options.conditions = ["@bannerol/source"];
  },
});

/** Whole, so that a build from elsewhere finds it. */
function source(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
