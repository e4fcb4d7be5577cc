/** What becomes of freezes. Pure. */
import type { FreezeDocument, Item } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { type Decided, instant, type Refused, refused } from "../decision.ts";

const MAX_FREEZES = 100;

export function createFreeze(state: ProjectState, freeze: FreezeDocument, now: number): Decided<undefined> {
  const { key, environment, from, until } = freeze;
  const found = state.freezes.get(key)?.document;
  if (found !== undefined) {
    const detail = `There is a freeze ${key} already, of ${found.environment} until ${instant(found.until)}. Choose another key.`;
    return refused("already_exists", detail);
  }
  if (state.freezes.size >= MAX_FREEZES)
    return refused("limit_exceeded", `A project has at most ${MAX_FREEZES} freezes. Remove those that are over.`);
  if (until <= from) return wrong("It must be after from.");
  if (until <= now) return wrong("It is past already. Give an instant to come.");
  const item: Item = { kind: "freeze", key, environment, after: freeze };
  return { ok: true, action: "freeze.create", items: [item], result: undefined };
}

export function endFreeze(state: ProjectState, key: string, environment: string): Decided<undefined> {
  if (state.freezes.get(key)?.document.environment !== environment) return freezeNotFound(environment, key);
  const item: Item = { kind: "freeze", key, environment, after: null };
  return { ok: true, action: "freeze.end", items: [item], result: undefined };
}

export function freezeNotFound(environment: string, key: string): Refused {
  return refused(
    "not_found",
    `${environment} has no freeze ${key}. List them with GET …/environments/${environment}/freezes.`,
  );
}

function wrong(message: string): Refused {
  return refused("invalid", `The freeze is not valid, at until: ${message}`, [{ path: "until", message }]);
}
