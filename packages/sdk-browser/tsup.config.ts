import { defineConfig, type Options } from "tsup";
import { terse } from "./build/terse.mjs";
import { together } from "./build/together.mjs";

/**
 * One package to install, with nothing to install besides: the rest of Bannerol is inlined, its types too. Each entry has
 * files of its own, since a page takes one of them; what a page does not need at first stands in chunks.
 */
const common: Options = {
  target: "es2020",
  platform: "browser",
  noExternal: [/^@bannerol\//],
  minify: true,
  sourcemap: true,
  esbuildPlugins: [terse()],
  esbuildOptions(options) {
    options.conditions = ["@bannerol/source"];
    options.legalComments = "none";
  },
};

const module = (name: string): Options => ({
  ...common,
  entry: { [name]: `src/${name}.ts` },
  format: ["esm"],
  splitting: true,
  esbuildPlugins: [terse(), together(name)],
});

export default defineConfig([
  module("index"),
  module("remote"),
  module("parallel"),
  // One file for a script tag: all that the package offers, under one name.
  { ...common, entry: { bannerol: "src/index.ts" }, format: ["iife"], globalName: "Bannerol" },
  {
    entry: { index: "src/index.ts", remote: "src/remote.ts", parallel: "src/parallel.ts" },
    format: ["esm"],
    dts: {
      only: true,
      compilerOptions: {
        // By path they count as sources, and are inlined; by name they would count as somebody else's package.
        baseUrl: ".",
        paths: {
          "@bannerol/client/page-other-ways": ["../client/src/page/other-ways.ts"],
          "@bannerol/client/*": ["../client/src/*/index.ts"],
          "@bannerol/core/small-operators": ["../core/src/small/learnt.ts"],
          "@bannerol/core/small-place": ["../core/src/small/place.ts"],
          "@bannerol/core/small": ["../core/src/small/index.ts"],
          "@bannerol/*": ["../*/src/index.ts"],
        },
      },
    },
  },
]);
