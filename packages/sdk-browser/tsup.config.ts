import { defineConfig } from "tsup";

/** One package to install, with nothing to install besides: the rest of Bannerol is inlined, its types too. */
const common = {
  target: "es2020",
  platform: "browser",
  noExternal: [/^@bannerol\//],
  minify: true,
  sourcemap: true,
  treeshake: false,
  esbuildOptions(options: { conditions?: string[]; legalComments?: string }) {
    options.conditions = ["@bannerol/source"];
    options.legalComments = "none";
  },
} as const;

export default defineConfig([
  {
    ...common,
    entry: { index: "src/index.ts", remote: "src/remote.ts" },
    format: ["esm"],
    splitting: true,
    clean: true,
    dts: {
      compilerOptions: {
        // By path they count as sources, and are inlined; by name they would count as somebody else's package.
        baseUrl: ".",
        paths: { "@bannerol/*": ["../*/src/index.ts"] },
      },
    },
  },
  {
    ...common,
    // One file for a script tag: all that the package offers, under one name.
    entry: { bannerol: "src/index.ts" },
    format: ["iife"],
    globalName: "Bannerol",
  },
]);
