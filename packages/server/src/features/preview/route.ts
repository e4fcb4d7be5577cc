/** The blast radius: what a change of a targeting would do, before it is made. Nothing is written. */
import { type CompiledRuleset, compileRuleset, readRuleset, type SampleContext, samplesFor } from "@bannerol/core";
import { type Preview, previewRequestSchema, previewSchema } from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import { inEnvironment } from "../../http/permission.ts";
import { RefusedError, refuse } from "../../http/refusal.ts";
import { defineRoute, noQuery, type Route } from "../../http/route.ts";
import { pastRuleset } from "../../log/past.ts";
import type { FlagDocument, TargetingDocument } from "../../state/documents.ts";
import { fold } from "../../state/fold.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { refuseUnprovedPatterns } from "../patterns.ts";
import { flagOf, stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { commandFor, openFields } from "../targeting/command.ts";
import { patchTargeting, type RawFields } from "../targeting/decide.ts";
import { storedNewTargeting } from "../targeting/new-targeting.ts";
import { tooMuchEffort, withoutTooMuch } from "./effort.ts";
import { movesOf } from "./moves.ts";
import { tryOn } from "./trial.ts";
import { warningsOf } from "./warnings.ts";

export function previewRoute(services: Services): Route {
  return defineRoute({
    method: "POST",
    path: "/api/v1/projects/{p}/flags/{f}/environments/{e}/preview",
    permission: inEnvironment("read"),
    summary: "What a change of the targeting would do; nothing is written",
    query: noQuery,
    body: previewRequestSchema.extend(openFields),
    bodyShown: previewRequestSchema,
    reply: previewSchema,
    async handler({ scope, param, body }) {
      const { contexts, ...fields } = body;
      await refuseUnprovedPatterns(services, "The targeting", fields);
      const proposed = await proposedChange(services, scope, { flag: param("f"), fields });
      return { body: await previewOf(services, scope, { ...proposed, contexts }) };
    },
  });
}

interface Proposed {
  readonly state: ProjectState;
  readonly flag: FlagDocument;
  readonly before: TargetingDocument;
  readonly after: TargetingDocument;
}

/** The targeting that the change would write, laid out as it would be. Throws as the change itself would. */
async function proposedChange(
  services: Services,
  scope: EnvironmentScope,
  { flag: key, fields }: { readonly flag: string; readonly fields: RawFields },
): Promise<Proposed> {
  const command = await commandFor(services, scope.place, key);
  const state = stateOf(services, scope);
  const flag = flagOf(state, key).document;
  const decided = patchTargeting(state, command, fields);
  if (!decided.ok) throw new RefusedError(decided.refusal);
  const before = targetingOf(state, key, scope.place.environment)?.document ?? storedNewTargeting(flag);
  const [item] = decided.items;
  return { state, flag, before, after: item?.kind === "targeting" && item.after !== null ? item.after : before };
}

interface Question extends Proposed {
  readonly contexts: readonly SampleContext[] | undefined;
}

async function previewOf(services: Services, scope: EnvironmentScope, question: Question): Promise<Preview> {
  const { state, flag, before, after, contexts } = question;
  const states = [state, withTargeting(question, scope)];
  const rulesets = states.map((each) => rulesetOf(services, scope, each));
  const [now, then] = rulesets.map((document) => readRuleset(document));
  if (now === undefined || then === undefined) throw new TypeError("A preview compares two rulesets.");
  const lists = services.ledger.lists(scope.place.project);
  const compiled: CompiledRuleset = compileRuleset(now, undefined, lists);
  const next = compileRuleset(then, compiled, lists);
  const place = { flag: flag.key, environment: scope.place.environment };
  const tooMuch = contexts && tooMuchEffort(contexts, states, place);
  if (tooMuch !== undefined) refuse("limit_exceeded", tooMuch);
  const tried = contexts ?? withoutTooMuch(samplesFor([flag.key], rulesets), states, place);
  const affects = [...next.changed].filter((key) => key !== flag.key);
  const moves = [...movesOf(before, after, flag)];
  return {
    revision: state.revision,
    moves,
    contexts: {
      source: contexts === undefined ? "synthetic" : "given",
      ...(await tryOn(tried, { flag: flag.key, before: compiled, after: next, now: services.now() })),
    },
    affects,
    warnings: warningsOf({ flag, before, after, moves, affects }),
  };
}

function withTargeting({ state, flag, after }: Proposed, { place }: EnvironmentScope): ProjectState {
  const item = { kind: "targeting", key: flag.key, environment: place.environment, after } as const;
  return fold(state, { revision: state.revision + 1, hash: "", at: state.at, items: [item] });
}

function rulesetOf({ ledger }: Services, { place }: EnvironmentScope, state: ProjectState) {
  return pastRuleset(state, place.environment, ledger.epoch);
}
