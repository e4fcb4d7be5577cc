/** What becomes of environments. Pure. */
import type { EnvironmentCreate, EnvironmentPatch } from "@bannerol/protocol/schemas";
import type { EnvironmentDocument, Item } from "../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { type Decided, type Refused, refused } from "../decision.ts";
import { storedNewTargeting } from "../targeting/new-targeting.ts";
import { environmentsInOrder } from "./order.ts";

export const MAX_ENVIRONMENTS = 100;

/**
 * A new environment, last in promotion order. Every flag starts there as a new flag does, disabled; or as it is in another
 * environment, down to the layouts of its rollouts, so that everybody is served the same there.
 */
export function createEnvironment(
  state: ProjectState,
  { key, name = key, from }: Omit<EnvironmentCreate, "comment">,
): Decided<undefined> {
  if (state.environments.has(key))
    return refused("already_exists", `There is an environment ${key} already. Choose another key.`);
  if (state.environments.size >= MAX_ENVIRONMENTS) {
    return refused(
      "limit_exceeded",
      `The project ${state.key} has ${MAX_ENVIRONMENTS} environments, which is the limit.`,
    );
  }
  const position = (environmentsInOrder(state).at(-1)?.document.position ?? -1) + 1;
  const after: EnvironmentDocument = { key, name, position, protected: false };
  const copied = (flag: string) => (from === undefined ? undefined : targetingOf(state, flag, from)?.document);
  const flags = [...state.flags.values()].map(
    ({ document }): Item => ({
      kind: "targeting",
      key: document.key,
      environment: key,
      after: copied(document.key) ?? storedNewTargeting(document),
    }),
  );
  const items: Item[] = [{ kind: "environment", key, environment: "", after }, ...flags];
  return { ok: true, action: "environment.create", items, result: undefined };
}

/** Approvals that nobody would be asked for. */
function unguarded(key: string): Refused {
  const message = `Changes are approved in a protected environment alone, and ${key} is not protected. Send protected: true as well.`;
  return refused("invalid", message, [{ path: "approvals", message }]);
}

/** The others keep their order around one that moves; a position past the last is the last. */
export function patchEnvironment(
  state: ProjectState,
  key: string,
  { position, ...fields }: Omit<EnvironmentPatch, "comment">,
): Decided<undefined> {
  const before = state.environments.get(key)?.document;
  if (before === undefined) return refused("not_found", `The project ${state.key} has no environment ${key}.`);
  const after = { ...before, ...fields };
  if ((fields.approvals ?? 0) > 0 && !after.protected) return unguarded(key);
  const others = environmentsInOrder(state).flatMap(({ document }) => (document.key === key ? [] : [document]));
  const place = position ?? environmentsInOrder(state).findIndex(({ document }) => document.key === key);
  const ordered = [...others.slice(0, place), after, ...others.slice(place)];
  const items = ordered.map(
    (document, at): Item => ({
      kind: "environment",
      key: document.key,
      environment: "",
      after: position === undefined ? document : { ...document, position: at },
    }),
  );
  return { ok: true, action: "environment.update", items, result: undefined };
}
