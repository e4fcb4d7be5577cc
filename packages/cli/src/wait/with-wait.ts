import { type Action, type Call, openSession, type Session } from "../call.ts";
import { follow } from "./follow.ts";
import { readWait } from "./option.ts";
import { waitedOutput } from "./outcome.ts";
import { progressOn } from "./progress.ts";
import { type Standing, standingOf } from "./standing.ts";

/** A change that, where `--wait` is there, ends once the SDKs have it. What made no change has nothing to wait for. */
export const withWait =
  (change: Action): Action =>
  async (call) => {
    const wait = readWait(call.words);
    const output = await change(call);
    if (wait === undefined || output.changed === undefined) return output;
    const { revision, environment } = output.changed;
    const progress = progressOn(call.io, revision);
    const interruption = new AbortController();
    call.io.interrupts.take(() => interruption.abort());
    try {
      const session = await openSession(call);
      const places = await placesOf(call, session, environment);
      const followed = await follow({
        ...wait,
        clock: call.io.clock,
        interrupted: interruption.signal,
        ask: () => ask(session, places, revision),
        tell: progress.show,
      });
      progress.end();
      return waitedOutput(output, revision, followed);
    } catch (error) {
      progress.end();
      call.io.stderr.write(`The change is made: revision ${revision}. Who has it could not be found out.\n`);
      throw error;
    }
  };

/** Where the change is in force. What is seen in every environment is waited for in all, or in the one that was named. */
async function placesOf(
  { words }: Call,
  { admin, project }: Session,
  environment: string | undefined,
): Promise<readonly string[]> {
  const place = environment ?? words.option("env");
  if (place !== undefined) return [place];
  return (await admin.projects.environments(project)).body.items.map(({ key }) => key);
}

async function ask({ admin, project }: Session, places: readonly string[], revision: number): Promise<Standing> {
  const answers = places.map(async (environment) => {
    const { body } = await admin.evaluations.convergence({ project, environment }, revision);
    return [environment, body] as const;
  });
  return standingOf(await Promise.all(answers));
}
