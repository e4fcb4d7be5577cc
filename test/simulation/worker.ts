/**
 * A process that runs seeds: `worker.ts FROM TO STEP UNTIL KIND`, every `STEP`th from `FROM` to below `TO`, and none that begins
 * after `UNTIL`, epoch milliseconds. Says how many it has run, a line of JSON every second, and ends at the first that fails.
 */
import { kinds } from "./connections.ts";
import { planOf } from "./plan.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

const [from = 1, to = 1, step = 1, until = Number.POSITIVE_INFINITY] = process.argv.slice(2).map(Number);

const kind = kinds.find((name) => name === process.argv[6]) ?? "process";

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

let ran = 0;
let saidAt = Date.now();
for (let seed = from; seed < to && Date.now() < until; seed += step) {
  const { violation } = await simulate(seed, { kind });
  ran += 1;
  if (violation !== undefined) {
    const plan = await shrink(seed, planOf(seed), kind);
    const { trace } = await simulate(seed, { plan, traced: true, kind });
    say({ ran, seed, violation, trace });
    process.exit(1);
  }
  if (Date.now() - saidAt < 1_000) continue;
  saidAt = Date.now();
  say({ ran });
}
say({ ran });
