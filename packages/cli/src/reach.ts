/** How far what belongs to the installation reaches: users, tokens, webhooks. */
import { printable } from "./output/printable.ts";
import { DEFAULT_PROJECT } from "./settings-places.ts";
import type { Words } from "./words.ts";

interface Reach {
  readonly project?: string;
  readonly environment?: string;
}

/** It is bound only by what stands on the command line: a variable that is set anyway must not narrow it. */
export function typedReach(words: Words): Reach {
  const environment = words.option("env");
  const project = words.option("project") ?? (environment === undefined ? undefined : DEFAULT_PROJECT);
  return { ...(project !== undefined && { project }), ...(environment !== undefined && { environment }) };
}

/** Where something reaches, without what else it is. */
export function reachOf({ project, environment }: Reach): Reach {
  return { ...(project !== undefined && { project }), ...(environment !== undefined && { environment }) };
}

export function scopeOf({ project, environment }: Reach): string {
  if (project === undefined) return "everything";
  return printable(environment === undefined ? project : `${project}/${environment}`);
}
