/** What rollouts looked like before: the history knows, so that going back brings back the users of then. */
import type { StoredRollout, StoredServe } from "../../state/documents.ts";
import { readDocument } from "../../state/read-document.ts";
import type { Services } from "../services.ts";
import { type EarlierRollouts, FALLTHROUGH } from "./form.ts";

/** How many changes of a targeting are looked through. */
const HISTORY = 200;

/** Where a targeting is, its flag aside. */
export interface TargetingPlace {
  readonly project: string;
  readonly environment: string;
}

/** With two shares the layout in force says it all; the history is asked where a rollout may have more. */
export async function earlierRollouts(
  { ledger, state: service }: Services,
  { project, environment }: TargetingPlace,
  flag: string,
): Promise<EarlierRollouts> {
  const variants = ledger.state(project)?.flags.get(flag)?.document.variants.length ?? 0;
  if (variants < 2) return new Map();
  const listed = await service.watchStore(() => ledger.changes(project, { flag, environment, limit: HISTORY }));
  const earlier = new Map<string, StoredRollout[]>();
  for (const item of listed.flatMap(({ change }) => change.items)) {
    if (item.kind !== "targeting" || item.key !== flag || item.environment !== environment) continue;
    const read = readDocument("targeting", item.after);
    if (!read.ok) continue;
    for (const rule of read.document.rules) keep(earlier, rule.id, rule.serve);
    keep(earlier, FALLTHROUGH, read.document.fallthrough);
  }
  return earlier;
}

function keep(earlier: Map<string, StoredRollout[]>, name: string, serve: StoredServe): void {
  if ("variant" in serve) return;
  const known = earlier.get(name) ?? [];
  known.push(serve.rollout);
  earlier.set(name, known);
}
