/**
 * The tests that mutants face, as `mutation.mjs` names them. Properties are tried less often than usual: a mutant that
 * lives is asked by each of them.
 */
import { defineConfig } from "vitest/config";

const { env } = process;
env.FUZZ_RUNS ??= "30";

export default defineConfig({
  resolve: { conditions: ["@bannerol/source"] },
  ssr: { resolve: { conditions: ["@bannerol/source"] } },
  test: {
    testTimeout: 60_000,
    include: (env.MUTATION_TESTS ?? "packages/core/src/**/*.test.ts").split(","),
  },
});
