import { defineConfig } from "tsup";

/** One package to install: the rest of Bannerol is inlined, its types too. `ws` alone stays a dependency. */
export default defineConfig({
  entry: ["src/index.ts"],
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  noExternal: [/^@bannerol\//],
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
  esbuildOptions(options) {
    options.conditions = ["@bannerol/source"];
  },
});
