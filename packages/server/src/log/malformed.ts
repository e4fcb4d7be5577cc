import { checkFlag } from "@bannerol/core";
import { itemId } from "../state/documents.ts";
import type { ProjectState, Unreadable } from "../state/project-state.ts";
import type { View } from "./view.ts";

/**
 * Flags whose documents have a shape that this server works with and yet say what no SDK can evaluate, as rows edited
 * by hand may: they are served as they are, and each reader answers with its default.
 */
export function* malformedFlags(state: ProjectState, views: ReadonlyMap<string, View>): Iterable<Unreadable> {
  for (const view of views.values()) {
    if (view.class !== "server") continue;
    for (const { kind, key, version, document } of view.entities.values()) {
      if (kind !== "flag" || document === undefined) continue;
      const name = { kind: "targeting", key, environment: view.environment } as const;
      const [finding] = checkFlag(document);
      const told = state.unreadable.has(itemId(name)) || !state.flags.has(key);
      if (finding === undefined || told) continue;
      yield { ...name, revision: version, reason: `${finding.path}: ${finding.message}` };
    }
  }
}
