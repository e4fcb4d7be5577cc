/** How often something can be done in a second, by some who each wait for their own answer. */

/** `work` is asked with the number of the call. */
export async function perSecond(
  clients: number,
  ms: number,
  work: (call: number) => Promise<unknown>,
): Promise<number> {
  let calls = 0;
  const began = performance.now();
  const client = async (): Promise<void> => {
    while (performance.now() - began < ms) {
      calls += 1;
      await work(calls);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (calls * 1_000) / (performance.now() - began);
}

/** The middle of so many times, milliseconds. */
export async function median(times: number, work: (call: number) => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let call = 0; call < times; call += 1) {
    const began = performance.now();
    await work(call);
    took.push(performance.now() - began);
  }
  return took.sort((a, b) => a - b)[times >> 1] ?? Number.NaN;
}
