import { type CompiledRuleset, explain, type JsonValue, toResult } from "@bannerol/core";
import {
  type EvaluationForm,
  type ExplainedEvaluation,
  evaluateAnswerSchema,
  evaluateRequestSchema,
  rulesetSchema,
} from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import { inEnvironment } from "../../http/permission.ts";
import { quoted, refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import type { View } from "../../log/view.ts";
import type { Services } from "../services.ts";
import { CompiledViews } from "./compiled.ts";

const MAX_CONTEXT_BYTES = 64 * 1024;

export function evaluationRoutes(services: Services): readonly Route[] {
  return [rulesetRoute(services), evaluateRoute(services)];
}

function rulesetRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/projects/{p}/environments/{e}/ruleset",
    permission: inEnvironment("read"),
    summary: "The ruleset as a server key gets it",
    query: noQuery,
    body: noBody,
    reply: rulesetSchema,
    async handler({ scope }) {
      const view = viewOf(services, scope);
      return { body: view.ruleset(), revision: view.revision };
    },
  });
}

function evaluateRoute(services: Services): Route {
  const compiled = new CompiledViews();
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
      const { flag, context = {} } = body;
      refuseLargeContext(context);
      const ruleset = compiled.of(viewOf(services, scope));
      const question = { ruleset, context, now: services.now() };
      if (flag !== undefined) return { body: explained(flag, question, scope) };
      const keys = [...ruleset.ruleset.flags.keys()].sort();
      return { body: { items: keys.flatMap((key) => evaluated(key, question) ?? []) } };
    },
  });
}

interface Question {
  readonly ruleset: CompiledRuleset;
  readonly context: { readonly [attribute: string]: JsonValue };
  readonly now: number;
}

function evaluated(key: string, { ruleset, context, now }: Question): EvaluationForm | undefined {
  const flag = ruleset.flag(key);
  if (flag === undefined) return undefined;
  return { flag: key, ...toResult<JsonValue>(flag.decide(context, now), null, ruleset.ruleset.revision) };
}

function explained(key: string, question: Question, { place }: EnvironmentScope): ExplainedEvaluation {
  const result = evaluated(key, question);
  if (result === undefined) {
    refuse("not_found", `The environment ${place.environment} has no flag ${quoted(key)}. Check its spelling.`);
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
