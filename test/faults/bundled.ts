import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, beforeAll } from "vitest";

const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));

/**
 * Bundles one of `programs/` for the test file that asks, since it is started many times over; answers with its path.
 * It lies within node_modules, where the database's binding is found from.
 */
export function bundled(name: string): string {
  const folder = join(cache, `bannerol-faults-${name}-${process.pid}`);
  beforeAll(() =>
    build({
      config: false,
      silent: true,
      entry: [fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))],
      outDir: folder,
      format: "esm",
      platform: "node",
      target: "node20",
      external: ["better-sqlite3"],
      noExternal: [/^(?!better-sqlite3)/],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      esbuildOptions: (options) => {
        options.conditions = ["@bannerol/source"];
      },
    }),
  );
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, `${name}.js`);
}
