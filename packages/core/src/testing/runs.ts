/** How often a property that fuzzes is tried: `short` times, unless `npm run fuzz` asks for more by `FUZZ_RUNS`. */
export function runs(short: number): number {
  return Number(process.env.FUZZ_RUNS ?? short);
}
