/** The ruleset by HTTP. It works while the stream does not, and asks no database unless a caller is ahead. */
import { rulesetDeltaSchema, rulesetSchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import { sdkKey } from "../../http/permission.ts";
import { defineRoute, noBody, type Route } from "../../http/route.ts";
import type { Services } from "../services.ts";
import {
  answerRuleset,
  prepareRuleset,
  type RulesetAnswer,
  type RulesetQuestion,
  rulesetQuerySchema,
} from "./ruleset-answers.ts";

export const RULESET_PATH = "/sdk/v1/ruleset";

export function rulesetRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: RULESET_PATH,
    permission: sdkKey,
    summary: "The ruleset of the key's environment, or what changed in it",
    query: rulesetQuerySchema,
    body: noBody,
    reply: z.union([rulesetSchema, rulesetDeltaSchema]),
    otherAnswers: { 304: "The caller, by its If-None-Match, has what is in force" },
    async handler({ scope: key, query, headers, peer }) {
      const question: RulesetQuestion = {
        key,
        query,
        ifNoneMatch: headers.get("if-none-match") ?? undefined,
        acceptEncoding: headers.get("accept-encoding") ?? undefined,
        userAgent: headers.get("user-agent") ?? undefined,
        address: () => peer.address,
      };
      return responseOf(await answerInTime(services, question));
    },
  });
}

async function answerInTime(services: Services, question: RulesetQuestion): Promise<RulesetAnswer> {
  const answer = answerRuleset(services, question);
  if (answer !== undefined) return answer;
  await prepareRuleset(services, question);
  // Another view may be in force by now: who waits for each to be compressed might wait for ever.
  return answerRuleset(services, question) ?? answerInTime(services, { ...question, acceptEncoding: undefined });
}

function responseOf({ status, headers, bytes }: RulesetAnswer): Response {
  const response = new Response(bytes ?? null, { status });
  for (let at = 0; at < headers.length; at += 2) response.headers.set(headers[at] ?? "", headers[at + 1] ?? "");
  return response;
}
