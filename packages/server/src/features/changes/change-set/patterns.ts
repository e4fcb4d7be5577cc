import type { ChangeSetItem } from "@bannerol/protocol/schemas";
import { RefusedError } from "../../../http/refusal.ts";
import { checkPatterns } from "../../../patterns/check-patterns.ts";
import type { Services } from "../../services.ts";
import { placeAfter, placeOf, refusedSet, type SetProblem } from "./problems.ts";

/** Together, whatever the number of items; what was proved until then is remembered. */
const MAX_PROVING_MS = 10_000;

const NO_TIME_LEFT =
  "There was no time left to prove the patterns from here on. Send the change set again, what has been proved is remembered; or send it in parts.";

/** Refuses a change set of which a pattern is not proved to run fast. */
export async function refuseUnprovedItems({ patterns }: Services, items: readonly ChangeSetItem[]): Promise<void> {
  const problems: SetProblem[] = [];
  const monotonic = (): number => performance.now();
  const end = monotonic() + MAX_PROVING_MS;
  for (const [index, { after }] of items.entries()) {
    if (monotonic() > end) {
      problems.push({ path: placeOf(index), message: NO_TIME_LEFT });
      break;
    }
    const findings = await checkPatterns(after, { prove: (pattern) => patterns.prove(pattern), monotonic });
    for (const finding of findings) problems.push({ ...finding, path: placeAfter(index, finding.path) });
  }
  const wrong = refusedSet(problems);
  if (wrong !== undefined) throw new RefusedError(wrong.refusal);
}
