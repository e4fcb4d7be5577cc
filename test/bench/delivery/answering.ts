/** A process of the benchmark that does what it is asked over its channel, and ends with the process that forked it. */

/** What can be asked of it, each with one object or nothing. What goes over the channel is JSON. */
export type Requests = { readonly [name: string]: (input: never) => unknown };

interface Asked {
  readonly id: number;
  readonly name: string;
  readonly input?: object;
}

/** The other end is `Application` of `test/e2e/harness.ts`. */
export function answer(requests: Requests): void {
  process.on("message", async ({ id, name, input }: Asked) => {
    try {
      process.send?.({ id, result: await requests[name]?.(input as never) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.stack : String(error) });
    }
  });
  process.on("disconnect", () => process.exit());
}
