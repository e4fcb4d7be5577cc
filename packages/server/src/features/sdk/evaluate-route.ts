/**
 * Evaluation by the server, for SDKs that are told no rules. A client key may ask for the flags that are for clients;
 * they are evaluated on all that the server knows, so that flags which reach others, or lists, have an answer too.
 *
 * The context is in no log, no error and no metric.
 */
import { type CompiledRuleset, type JsonValue, toResult } from "@bannerol/core";
import { MAX_CONTEXT_BYTES, MAX_EVALUATE_BYTES } from "@bannerol/protocol";
import { type RemoteResult, remoteEvaluationRequestSchema, remoteEvaluationSchema } from "@bannerol/protocol/schemas";
import type { KeyGrant } from "../../auth/authenticate.ts";
import { sdkKey } from "../../http/permission.ts";
import { refuse } from "../../http/refusal.ts";
import { defineRoute, noQuery, type Route } from "../../http/route.ts";
import { entityId, type View } from "../../log/view.ts";
import type { ViewClass } from "../../store/port.ts";
import { CompiledViews } from "../evaluations/compiled.ts";
import type { Services } from "../services.ts";

export function remoteEvaluationRoute({ ledger, now }: Services): Route {
  const compiled = new CompiledViews();
  return defineRoute({
    method: "POST",
    path: "/sdk/v1/evaluate",
    permission: sdkKey,
    summary: "What a context is served: of the flags named, or of all that the key may ask for",
    query: noQuery,
    body: remoteEvaluationRequestSchema,
    bodyLimit: MAX_EVALUATE_BYTES,
    reply: remoteEvaluationSchema,
    async handler({ scope: key, body: { context = {}, flags } }) {
      refuseLargeContext(context);
      const shown = viewOf(ledger, key, key.class);
      const ruleset = compiled.of(viewOf(ledger, key, "server"), ledger.lists(key.project));
      const asked = (flags ?? flagsOf(shown)).filter((flag) => isShown(shown, flag));
      const at = now();
      const results = asked.map((flag) => [flag, evaluated(ruleset, flag, { context, at })] as const);
      return { body: { epoch: shown.epoch, revision: shown.revision, flags: Object.fromEntries(results) } };
    },
  });
}

interface Question {
  readonly context: { readonly [attribute: string]: JsonValue };
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Without the rule that decided and the words of an error, which name what a client key may not know of. */
function evaluated(ruleset: CompiledRuleset, key: string, { context, at }: Question): RemoteResult {
  const flag = ruleset.flag(key);
  if (flag === undefined) return { value: null, reason: "ERROR", errorCode: "FLAG_NOT_FOUND" };
  const { value, variant, reason, errorCode } = toResult<JsonValue>(flag.decide(context, at), null, 0);
  return { value, ...(variant !== undefined && { variant }), reason, ...(errorCode !== undefined && { errorCode }) };
}

function flagsOf(view: View): readonly string[] {
  const shown = [...view.entities.values()].filter(({ kind, document }) => kind === "flag" && document !== undefined);
  return shown.map(({ key }) => key);
}

function isShown(view: View, key: string): boolean {
  return view.entities.get(entityId({ kind: "flag", key }))?.document !== undefined;
}

function refuseLargeContext(context: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(context));
  if (bytes <= MAX_CONTEXT_BYTES) return;
  refuse(
    "body_too_large",
    `The context takes ${bytes} bytes, and the limit is ${MAX_CONTEXT_BYTES}. Send fewer attributes.`,
  );
}

function viewOf(ledger: Services["ledger"], { project, environment }: KeyGrant, viewClass: ViewClass): View {
  const view = ledger.view(project, environment, viewClass);
  if (view === undefined) throw new Error(`The environment ${environment} of ${project} has no ${viewClass} view.`);
  return view;
}
