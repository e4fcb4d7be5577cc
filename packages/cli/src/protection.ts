import type { Call, Session } from "./call.ts";
import { RefusedError, UsageError } from "./errors.ts";
import { printable } from "./output/printable.ts";

interface Intent {
  /** In the imperative: what is asked about, and what an error names. */
  readonly what: string;
  /** Where; in every environment of the project unless named. */
  readonly environment?: string;
}

/**
 * Lets a change that a protected environment sees pass only with `--yes`, or with a yes on the terminal. Throws
 * `UsageError` where nobody can be asked, `RefusedError` where the answer was no.
 */
export async function mayChange(call: Call, session: Session, intent: Intent): Promise<void> {
  if (call.words.has("yes")) return;
  const touched = await protectedPlaces(session, intent.environment);
  if (touched.length === 0) return;
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
