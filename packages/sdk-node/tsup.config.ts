import { createRequire } from "node:module";
import path from "node:path";
import { defineConfig, type Options } from "tsup";
import { licenceNotices } from "../../scripts/licence-notices.mjs";

/** Of the package's two builds the one in ES modules: the other requires Node's own at run time, which no ESM chunk can. */
const yaml = path.join(
  path.dirname(createRequire(import.meta.url).resolve("yaml/package.json")),
  "browser/dist/index.js",
);

/** What is loaded late by `import()` is required in CommonJS: a test runner's realm may know of no other way. */
const requireLate: NonNullable<Options["plugins"]>[number] = {
  name: "require-late",
  renderChunk(code, { map }) {
    if (this.format !== "cjs") return undefined;
    return {
      code: code.replace(/\bimport\((["']\.\/[^"']+["'])\)/g, "Promise.resolve().then(() => require($1))"),
      map,
    };
  },
};

/**
 * One package to install: the rest of Bannerol is inlined, its types too. `ws` alone stays a dependency. `yaml` is
 * inlined in a chunk of its own, which is loaded where there is YAML to read. What several entries use stands in chunks
 * that they share, so that a request's flags are the same whichever entry asks for them.
 */
export default defineConfig({
  entry: {
    index: "src/index.ts",
    express: "src/middleware/express.ts",
    fastify: "src/middleware/fastify.ts",
    hono: "src/middleware/hono.ts",
    opentelemetry: "src/opentelemetry/index.ts",
    testing: "src/test-client/index.ts",
  },
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  noExternal: [/^@bannerol\//, "yaml"],
  splitting: true,
  external: ["ws", "@opentelemetry/api"],
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
  plugins: [requireLate],
  esbuildOptions(options) {
    options.conditions = ["@bannerol/source"];
    options.alias = { yaml };
  },
});
