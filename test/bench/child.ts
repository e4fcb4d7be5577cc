/** Measures one subject in a process of its own, and sends what it found to the process that forked it. */
import { type Cost, costOf } from "./cost.ts";
import { scenarios, usersOf } from "./scenarios.ts";
import { start } from "./start.ts";
import { type Call, load, type Subject } from "./subject.ts";

/** What one scenario came to; a peer may have no way to do it, or fail at it. */
export type Measured = Cost | { readonly failed: string };

const [name = "", task = "", chosen = "", rounds = "5"] = process.argv.slice(2);
// Peers announce themselves, and complain of the server that is not there.
for (const method of ["log", "info", "warn", "error", "debug"] as const) console[method] = () => {};

const subject = await load(name);
if (task === "start") send(await start(subject));
else {
  const measured: Measured[] = [];
  for (const index of chosen.split(",")) measured.push(await measure(subject, Number(index), Number(rounds)));
  send(measured);
}

async function measure(subject: Subject, index: number, roundCount: number): Promise<Measured> {
  const scenario = scenarios[index];
  if (scenario === undefined) throw new Error(`There is no scenario ${index}.`);
  try {
    const users = usersOf(scenario.users);
    const prepared = await subject.prepare(scenario, users);
    scenario.check(await answersOf(prepared.call, prepared.read ?? ((answer) => answer), scenario.users));
    const cost = await costOf(prepared, scenario.users, roundCount);
    await prepared.close?.();
    return cost;
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

async function answersOf(call: Call, read: (answer: unknown) => unknown, count: number): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (let turn = 0; turn < count; turn += 1) answers.push(read(await call(turn)));
  return answers;
}

function send(message: object): void {
  process.send?.(message, () => process.exit(0));
}
