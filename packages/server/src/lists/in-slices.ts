import type { Sliced } from "@bannerol/core";

/** After so long the event loop has its turn. */
const SLICE_MS = 5;

/** Does long work in slices, and lets others run between them. */
export async function inSlices<T>(work: Sliced<T>): Promise<T> {
  for (let began = performance.now(); ; ) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - began < SLICE_MS) continue;
    await new Promise((resume) => setImmediate(resume));
    began = performance.now();
  }
}
