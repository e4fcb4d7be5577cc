/** Whether an environment is frozen. Pure. */
import type { Refusal } from "../../http/refusal.ts";
import type { FreezeDocument } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { instant } from "../decision.ts";

/** The freeze that holds an environment at an instant (epoch milliseconds), of several the one that ends last. */
export function freezeAt(
  state: Pick<ProjectState, "freezes">,
  environment: string,
  now: number,
): FreezeDocument | undefined {
  return [...state.freezes.values()]
    .map(({ document }) => document)
    .filter((freeze) => freeze.environment === environment && freeze.from <= now && now < freeze.until)
    .sort((a, b) => b.until - a.until)[0];
}

export function frozen({ key, environment, until, reason }: FreezeDocument): Refusal {
  const why = reason === "" ? "" : ` (${reason})`;
  const detail =
    `${environment} is frozen until ${instant(until)} by the freeze ${key}${why}: nothing alters it but a kill. ` +
    `Wait until then, or have an admin end it: bannerol freeze end ${key} --env ${environment}.`;
  return { code: "frozen", detail };
}
