import { processIo } from "./process-io.ts";
import { run } from "./run.ts";

// Set, not `process.exit`: what is still on its way to a pipe gets there.
process.exitCode = await run(process.argv.slice(2), processIo());
