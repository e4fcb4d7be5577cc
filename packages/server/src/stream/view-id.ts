import type { ViewName } from "../log/view.ts";

/** One text for each view of all projects. Keys hold no slash. */
export function viewIdOf({ project, environment, class: viewClass }: ViewName): string {
  return `${project}/${environment}/${viewClass}`;
}
