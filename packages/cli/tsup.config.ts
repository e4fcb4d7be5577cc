import { defineConfig } from "tsup";
import { dependencies } from "./package.json";

/** The workspace's packages go in, so that one package is installed; what is listed in `dependencies` stays out. */
export default defineConfig({
  // The thread that judges patterns is a file of its own, beside the chunk that starts it; recheck goes into it, so that
  // nobody has to install the native programs that its package asks for.
  entry: { main: "src/main.ts", "proof-worker": "../server/src/patterns/proof-worker.js" },
  format: "esm",
  platform: "node",
  target: "node20",
  splitting: true,
  clean: true,
  external: Object.keys(dependencies),
  noExternal: [/^@bannerol\//],
  esbuildOptions(options) {
    options.conditions = ["@bannerol/source"];
  },
});
