/** What becomes of a project's invariants. Pure. */
import type { Invariant } from "@bannerol/core";
import type { FieldProblem } from "@bannerol/protocol";
import type { InvariantDocument, Item } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { type Decided, refused } from "../decision.ts";
import { invariantNotFound } from "../reading.ts";

/** So many are asked on every write. */
const MAX_INVARIANTS = 200;

/** Whether it holds is asked of the decision, as of every other. */
export function createInvariant(state: ProjectState, document: InvariantDocument): Decided<undefined> {
  const { key, environment } = document;
  if (state.invariants.has(key))
    return refused(
      "already_exists",
      `The project ${state.key} has an invariant ${key}. Remove it first, or choose another key.`,
    );
  if (state.invariants.size >= MAX_INVARIANTS)
    return refused(
      "limit_exceeded",
      `A project has at most ${MAX_INVARIANTS} invariants. Remove some that say the same.`,
    );
  const errors = [...unknownEnvironment(state, environment), ...unknownNames(state, document)];
  if (errors.length > 0)
    return refused("invalid", `The invariant ${key} speaks of what is not there: ${errors[0]?.message ?? ""}`, errors);
  const item: Item = { kind: "invariant", key, environment, after: document };
  return { ok: true, action: "invariant.create", items: [item], result: undefined };
}

export function deleteInvariant(state: ProjectState, key: string): Decided<undefined> {
  const found = state.invariants.get(key);
  if (found === undefined) return invariantNotFound(state, key);
  const item: Item = { kind: "invariant", key, environment: found.document.environment, after: null };
  return { ok: true, action: "invariant.delete", items: [item], result: undefined };
}

function unknownEnvironment(state: ProjectState, environment: string): readonly FieldProblem[] {
  if (state.environments.has(environment)) return [];
  const known = [...state.environments.keys()].join(", ");
  return [{ path: "environment", message: `There is no environment ${environment}. Name one of ${known}.` }];
}

/** A misspelt name would hold for ever. */
function unknownNames(state: ProjectState, invariant: Invariant): readonly FieldProblem[] {
  if ("never" in invariant) {
    return invariant.never.flatMap(({ flag, variant }, at) => [
      ...unknownFlag(state, flag, `never[${at}].flag`),
      ...unknownVariant(state, { flag, variant }, `never[${at}].variant`),
    ]);
  }
  const { flag } = invariant;
  const variants = "serves" in invariant ? invariant.serves : [];
  return [
    ...unknownFlag(state, flag, "flag"),
    ...variants.flatMap((variant, at) => unknownVariant(state, { flag, variant }, `serves[${at}]`)),
  ];
}

function unknownFlag(state: ProjectState, flag: string, path: string): readonly FieldProblem[] {
  return state.flags.has(flag) ? [] : [{ path, message: `There is no flag ${flag}. Check its spelling.` }];
}

function unknownVariant(
  state: ProjectState,
  { flag, variant }: { readonly flag: string; readonly variant: string },
  path: string,
): readonly FieldProblem[] {
  const variants = state.flags.get(flag)?.document.variants.map(({ key }) => key);
  if (variants === undefined || variants.includes(variant)) return [];
  return [{ path, message: `The flag ${flag} has no variant ${variant}. Name one of ${variants.join(", ")}.` }];
}
