/** Parallel runs, for an SDK that loads them apart. */
export { createParallelRun, ParallelMismatchError, type ParallelOptions } from "./parallel-run.ts";
export { createRuns } from "./runs.ts";
