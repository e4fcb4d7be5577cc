import { defineConfig } from "vitest/config";

/** Workspace packages are tested from their sources, so that a test never runs against a stale build. */
const fromSource = {
  resolve: { conditions: ["@bannerol/source"] },
  ssr: { resolve: { conditions: ["@bannerol/source"] } },
};

/** Far beyond what any test needs: a busy machine must not decide whether a test passes. */
const patient = { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 };

/** Files that leave nothing behind share a process, and with it the modules that each would load again: half the time. */
const together = { ...patient, isolate: false };

/**
 * Real processes keep to real clocks, and a machine that others share may stop for longer than a promise has seconds: what
 * failed is run once more, and has failed where it fails again. The report names what was run twice. They wait more than
 * they compute, and come after all others: what is promised within seconds should not have to be kept beside a compiler.
 * What they wrote is searched for secrets.
 */
const real = { ...patient, retry: 1, setupFiles: ["test/e2e/leaks.ts"], sequence: { groupOrder: 1 } };

/** What weighs the memory of its process has one to itself. */
const weighing = ["packages/core/src/lists/million-keys.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        ...fromSource,
        test: { ...together, name: "unit", include: ["packages/*/src/**/*.test.ts"], exclude: weighing },
      },
      { ...fromSource, test: { ...patient, name: "weighing", include: weighing } },
      { ...fromSource, test: { ...together, name: "conformance", include: ["test/conformance/**/*.test.ts"] } },
      { ...fromSource, test: { ...together, name: "architecture", include: ["test/architecture/**/*.test.ts"] } },
      { ...fromSource, test: { ...real, name: "e2e", include: ["test/e2e/**/*.test.ts"] } },
      { ...fromSource, test: { ...real, name: "browser", include: ["test/browser/**/*.test.ts"] } },
      {
        ...fromSource,
        test: { ...real, name: "faults", include: ["test/faults/**/*.test.ts", "test/simulation/**/*.test.ts"] },
      },
    ],
  },
});
