/**
 * What an editor may not touch: whatever alters what a protected environment serves. It is asked of what a decision
 * would change, not of the route, so no route can forget it. (A new flag alters nothing that is served.)
 */
import type { FlagDocument, Item } from "../state/documents.ts";
import type { ProjectState } from "../state/project-state.ts";

/** The first protected environment that these items would alter, if any. */
export function protectedBy(state: ProjectState, items: readonly Item[]): string | undefined {
  const shielded = [...state.environments.values()].map((entry) => entry.document).filter((each) => each.protected);
  return shielded.find((environment) => items.some((item) => alters(state, item, environment.key)))?.key;
}

function alters(state: ProjectState, item: Item, environment: string): boolean {
  switch (item.kind) {
    case "targeting":
      return item.environment === environment && state.flags.has(item.key);
    case "segment":
      return state.segments.has(item.key);
    case "flag":
      return altersEveryView(state, item);
    case "environment":
      return item.key === environment;
    case "key":
    case "invariant":
    case "release":
    case "schedule":
      return item.environment === environment;
    case "project":
    case "token":
      return false;
  }
}

function altersEveryView(state: ProjectState, item: Extract<Item, { kind: "flag" }>): boolean {
  const before = state.flags.get(item.key)?.document;
  if (before === undefined) return false;
  return item.after === null || served(item.after) !== served(before);
}

/** What of a definition reaches an SDK: descriptions, tags and owners are served to nobody. */
function served({ type, variants, seed, clientSide, archivedAt, leftAt }: FlagDocument): string {
  return JSON.stringify([type, variants, seed, clientSide, archivedAt ?? null, leftAt ?? null]);
}
