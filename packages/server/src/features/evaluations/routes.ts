import {
  type CompiledRuleset,
  compileRuleset,
  explain,
  type JsonValue,
  type RulesetDocument,
  readRuleset,
  toResult,
} from "@bannerol/core";
import {
  type EvaluationForm,
  type ExplainedEvaluation,
  evaluateAnswerSchema,
  evaluateRequestSchema,
  rulesetQuerySchema,
  rulesetSchema,
} from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import { inEnvironment } from "../../http/permission.ts";
import { quoted, refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { pastRuleset } from "../../log/past.ts";
import type { View } from "../../log/view.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { momentOf } from "../moment.ts";
import type { Services } from "../services.ts";
import { CompiledPasts, CompiledViews } from "./compiled.ts";

const MAX_CONTEXT_BYTES = 64 * 1024;

export function evaluationRoutes(services: Services): readonly Route[] {
  return [rulesetRoute(services), evaluateRoute(services)];
}

function rulesetRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/projects/{p}/environments/{e}/ruleset",
    permission: inEnvironment("read"),
    summary: "The ruleset as a server key gets it, or got it at a revision or an instant",
    query: rulesetQuerySchema,
    body: noBody,
    reply: rulesetSchema,
    async handler({ scope, query }) {
      if (query.at === undefined) {
        const view = viewOf(services, scope);
        return { body: view.ruleset(), revision: view.revision };
      }
      const { revision } = await momentOf(services, scope.place.project, query.at);
      return { body: await rulesetAt(services, scope, revision), revision };
    },
  });
}

function evaluateRoute(services: Services): Route {
  const compiled = compiledRulesets(services);
  return defineRoute({
    method: "POST",
    path: "/api/v1/projects/{p}/environments/{e}/evaluate",
    permission: inEnvironment("read"),
    summary: "What a context is served: one flag with every step explained, or all flags",
    query: noQuery,
    body: evaluateRequestSchema,
    bodyLimit: 128 * 1024,
    reply: evaluateAnswerSchema,
    async handler({ scope, body }) {
      const { flag, context = {}, at } = body;
      refuseLargeContext(context);
      const question = { context, ...(await compiled(scope, at)) };
      if (flag !== undefined) return { body: explained(flag, question, scope) };
      const keys = [...question.ruleset.ruleset.flags.keys()].sort();
      return { body: { items: keys.flatMap((key) => evaluated(key, question) ?? []) } };
    },
  });
}

/** By what a question is answered: a ruleset, and what `$now` is. */
interface Ground {
  readonly ruleset: CompiledRuleset;
  readonly now: number;
}

interface Question extends Ground {
  readonly context: { readonly [attribute: string]: JsonValue };
}

/** At an instant the clock stands where it stood; a revision is asked what it would serve now. */
function compiledRulesets(services: Services): (scope: EnvironmentScope, at?: string) => Promise<Ground> {
  const views = new CompiledViews();
  const pasts = new CompiledPasts();
  return async (scope, at) => {
    const { project, environment } = scope.place;
    if (at === undefined) {
      const lists = services.ledger.lists(project);
      return { ruleset: views.of(viewOf(services, scope), lists), now: services.now() };
    }
    const moment = await momentOf(services, project, at);
    const load = () => compiledAt(services, scope, moment.revision);
    const ruleset = await pasts.of(JSON.stringify([project, environment, moment.revision]), load);
    return { ruleset, now: moment.at ?? services.now() };
  };
}

async function compiledAt(services: Services, scope: EnvironmentScope, revision: number): Promise<CompiledRuleset> {
  const { ledger, state: service } = services;
  const { environment } = scope.place;
  const state = await stateAt(services, scope, revision);
  const lists = await service.watchStore(() => ledger.listsOf(state));
  return compileRuleset(readRuleset(pastRuleset(state, environment, ledger.epoch)), undefined, lists);
}

async function rulesetAt(services: Services, scope: EnvironmentScope, revision: number): Promise<RulesetDocument> {
  const state = await stateAt(services, scope, revision);
  return pastRuleset(state, scope.place.environment, services.ledger.epoch);
}

function stateAt({ ledger, state }: Services, { place }: EnvironmentScope, revision: number): Promise<ProjectState> {
  return state.watchStore(() => ledger.stateAt(place.project, revision, place.environment));
}

function evaluated(key: string, { ruleset, context, now }: Question): EvaluationForm | undefined {
  const flag = ruleset.flag(key);
  if (flag === undefined) return undefined;
  return { flag: key, ...toResult<JsonValue>(flag.decide(context, now), null, ruleset.ruleset.revision) };
}

function explained(key: string, question: Question, { place }: EnvironmentScope): ExplainedEvaluation {
  const result = evaluated(key, question);
  if (result === undefined) {
    const { revision } = question.ruleset.ruleset;
    const detail = `The environment ${place.environment} has no flag ${quoted(key)} at revision ${revision}.`;
    refuse("not_found", `${detail} Check its spelling.`);
  }
  const { ruleset, context, now } = question;
  return { ...result, explanation: explain(ruleset, key, context, now) };
}

function refuseLargeContext(context: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(context));
  if (bytes <= MAX_CONTEXT_BYTES) return;
  refuse(
    "limit_exceeded",
    `The context takes ${bytes} bytes, and the limit is ${MAX_CONTEXT_BYTES}. Send fewer attributes.`,
  );
}

/** Every environment has a view from the moment it is there. */
function viewOf({ ledger }: Services, { place }: EnvironmentScope): View {
  const view = ledger.view(place.project, place.environment, "server");
  if (view === undefined) throw new Error(`The environment ${place.environment} of ${place.project} has no view.`);
  return view;
}
