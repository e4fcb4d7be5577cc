import type { Call, Session } from "./call.ts";
import { RefusedError, UsageError } from "./errors.ts";
import type { Colours } from "./output/colour.ts";
import { printable } from "./output/printable.ts";
import { tell } from "./output/tell.ts";

interface Intent {
  /** In the imperative: what is asked about, and what an error names. */
  readonly what: string;
  /** Where; in every environment of the project unless named. */
  readonly environment?: string;
  /** What the change would do: told on standard error before anything is asked, and with `--yes` too. */
  readonly shows?: () => Promise<(colours: Colours) => string>;
}

/**
 * Lets a change that a protected environment sees pass only with `--yes`, or with a yes on the terminal. Throws
 * `UsageError` where nobody can be asked, `RefusedError` where the answer was no.
 */
export async function mayChange(call: Call, session: Session, intent: Intent): Promise<void> {
  const shows = call.json ? undefined : intent.shows;
  if (call.words.has("yes") && shows === undefined) return;
  const touched = await protectedPlaces(session, intent.environment);
  if (touched.length === 0) return;
  if (shows !== undefined) tell(call, await shows());
  if (call.words.has("yes")) return;
  const places = `${touched.map(printable).join(", ")} ${touched.length === 1 ? "is" : "are"} protected`;
  const what = printable(intent.what);
  if (!call.io.stdin.isTerminal || !call.io.stderr.isTerminal) {
    throw new UsageError(`${places}, and there is no terminal to ask on. To ${what}, add --yes.`);
  }
  const answer = await call.io.stdin.ask(`${places}. Really ${what}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new RefusedError("Nothing was changed.");
}

async function protectedPlaces({ admin, project }: Session, environment: string | undefined): Promise<string[]> {
  const found =
    environment === undefined
      ? (await admin.projects.environments(project)).body.items
      : [(await admin.projects.environment({ project, environment })).body];
  return found.filter((place) => place.protected).map(({ key }) => key);
}
