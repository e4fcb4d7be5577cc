/** Two environments of a project, flag by flag. Pure. */
import { equalJson } from "@bannerol/core";
import type { ChangeSetItem, EnvironmentDiff } from "@bannerol/protocol/schemas";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { formOf, type TargetingView } from "../targeting/form.ts";

const FIELDS = ["enabled", "off", "prerequisites", "targets", "rules", "fallthrough"] as const;

export interface Pair {
  readonly from: string;
  readonly environment: string;
}

/** Where the two differ as people see them: layouts make no difference. Archived flags are served by neither. */
export function differences(
  state: ProjectState,
  pair: Pair,
  flags: readonly string[] = [...state.flags.keys()],
): EnvironmentDiff["items"] {
  return flags.flatMap((flag) => {
    if (state.flags.get(flag)?.document.archivedAt !== undefined) return [];
    const [from, here] = [formIn(state, flag, pair.from), formIn(state, flag, pair.environment)];
    const fields = FIELDS.filter((field) => !equalJson(from?.[field], here?.[field])).map((field) => ({
      field,
      from: from?.[field] ?? null,
      here: here?.[field] ?? null,
    }));
    return fields.length === 0 ? [] : [{ flag, fields }];
  });
}

/**
 * The flags' targeting as the one environment has it, to be put in the other: weights, seed and bucketBy. What is laid out
 * from there starts from the layout that the other environment has, so that the fewest of its users move.
 */
export function promoted(state: ProjectState, pair: Pair, flags: readonly string[]): readonly ChangeSetItem[] {
  return flags.map((flag) => ({ flag, environment: pair.environment, after: formIn(state, flag, pair.from) }));
}

function formIn(state: ProjectState, flag: string, environment: string): TargetingView | undefined {
  const found = targetingOf(state, flag, environment);
  return found && formOf(found.document);
}
