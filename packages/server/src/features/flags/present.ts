import type { FlagForm, FlagSummary, TargetingForm } from "@bannerol/protocol/schemas";
import type { Scope } from "../../auth/scope.ts";
import type { FlagDocument } from "../../state/documents.ts";
import { type ProjectState, type Revised, targetingOf } from "../../state/project-state.ts";
import { instant } from "../decision.ts";
import { environmentsInOrder } from "../environments/order.ts";
import { formOf } from "../targeting/form.ts";

/** A definition as people see it. */
export function definitionForm(document: FlagDocument) {
  const { archivedAt, leftAt, tags, variants, ...rest } = document;
  return {
    ...rest,
    tags: [...tags],
    variants: variants.map((variant) => ({ ...variant })),
    ...(archivedAt === undefined ? {} : { archivedAt: instant(archivedAt) }),
    ...(leftAt === undefined ? {} : { leftAt: instant(leftAt) }),
  };
}

/** A flag with its targeting in each environment that the scope may see. */
export function flagForm(state: ProjectState, { document, revision }: Revised<FlagDocument>, scope: Scope): FlagForm {
  return {
    ...definitionForm(document),
    revision,
    environments: Object.fromEntries(targetings(state, document.key, scope)),
  };
}

function targetings(state: ProjectState, flag: string, scope: Scope): readonly [string, TargetingForm][] {
  return visible(state, scope).flatMap((environment): [string, TargetingForm][] => {
    const found = targetingOf(state, flag, environment);
    return found === undefined ? [] : [[environment, { ...formOf(found.document), revision: found.revision }]];
  });
}

export function flagSummary(
  state: ProjectState,
  { document, revision }: Revised<FlagDocument>,
  scope: Scope,
): FlagSummary {
  const environments = visible(state, scope).flatMap(
    (environment): [string, { enabled: boolean; revision: number }][] => {
      const found = targetingOf(state, document.key, environment);
      return found === undefined ? [] : [[environment, { enabled: found.document.enabled, revision: found.revision }]];
    },
  );
  return { ...definitionForm(document), revision, environments: Object.fromEntries(environments) };
}

function visible(state: ProjectState, scope: Scope): readonly string[] {
  return environmentsInOrder(state)
    .map(({ document }) => document.key)
    .filter((environment) => scope.sees(environment));
}
