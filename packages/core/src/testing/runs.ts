import fc from "fast-check";

/** How often a property that fuzzes is tried: `short` times, unless `npm run fuzz` asks for more by `FUZZ_RUNS`. */
export function runs(short: number): number {
  return Number(process.env.FUZZ_RUNS ?? short);
}

// The same attacks again, for whoever names them, in all properties of the file that asks.
if (process.env.FUZZ_SEED !== undefined) {
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.FUZZ_SEED) });
}
