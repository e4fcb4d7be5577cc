import { defineConfig } from "vitest/config";

/** Workspace packages are tested from their sources, so that a test never runs against a stale build. */
const fromSource = {
  resolve: { conditions: ["@bannerol/source"] },
  ssr: { resolve: { conditions: ["@bannerol/source"] } },
};

export default defineConfig({
  test: {
    projects: [
      { ...fromSource, test: { name: "unit", include: ["packages/*/src/**/*.test.ts"] } },
      { ...fromSource, test: { name: "conformance", include: ["test/conformance/**/*.test.ts"] } },
      { ...fromSource, test: { name: "architecture", include: ["test/architecture/**/*.test.ts"] } },
      {
        ...fromSource,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
