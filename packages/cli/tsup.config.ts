import { defineConfig } from "tsup";
import { dependencies } from "./package.json";

/** The workspace's packages go in, so that one package is installed; what is listed in `dependencies` stays out. */
export default defineConfig({
  entry: ["src/main.ts"],
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
