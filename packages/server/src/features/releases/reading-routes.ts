/** How releases stand, and why. */
import { isDeepStrictEqual } from "node:util";
import { releaseListSchema, releaseSchema, verdictListSchema } from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import { inEnvironment } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { type Revised, releaseOf } from "../../state/project-state.ts";
import type { ReleaseDocument } from "../../state/release-document.ts";
import { instant } from "../decision.ts";
import { flagOf, stateOf } from "../reading.ts";
import type { Services } from "../services.ts";
import { noRelease } from "./decide.ts";
import { judge } from "./judge/judge.ts";
import type { Verdict } from "./judge/verdict.ts";
import { placeOf, plain, plainForm, RELEASE_PATH, standingForm } from "./present.ts";

export function readingRoutes(services: Services): readonly Route[] {
  return [showRoute(services), explainRoute(services), listRoute(services)];
}

function showRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: RELEASE_PATH,
    permission: inEnvironment("read"),
    summary: "The release that runs, and how it stands; the last one where none does",
    query: noQuery,
    body: noBody,
    reply: releaseSchema,
    async handler({ scope, param }) {
      const found = newestOf(services, scope, param("f"));
      return { body: await standingForm(services, placeOf(scope, param("f"), found), found), revision: found.revision };
    },
  });
}

function explainRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: `${RELEASE_PATH}/verdicts`,
    permission: inEnvironment("read"),
    summary: "What the judge said and of what, newest first, each judged again",
    query: noQuery,
    body: noBody,
    reply: verdictListSchema,
    async handler({ scope, param }) {
      const found = newestOf(services, scope, param("f"));
      const kept = await services.state.watchStore(() => services.evidence.verdicts(placeOf(scope, param("f"), found)));
      const items = kept.map(({ at, question, verdict, did }) => ({
        at: instant(at),
        step: question.step,
        question: plain(question),
        verdict: plain(verdict),
        same: isDeepStrictEqual(numbersOf(judge(question)), numbersOf(verdict)),
        ...(did === undefined ? {} : { did }),
      }));
      return { body: { release: found.document.id, items } };
    },
  });
}

function listRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/projects/{p}/environments/{e}/releases",
    permission: inEnvironment("read"),
    summary: "The newest release of each flag that had one",
    query: noQuery,
    body: noBody,
    reply: releaseListSchema,
    async handler({ scope }) {
      const releases = [...(stateOf(services, scope).releases.get(scope.place.environment) ?? [])];
      const items = releases.map(([flag, found]) => ({
        flag,
        ...plainForm(services, placeOf(scope, flag, found), found),
      }));
      return { body: { items } };
    },
  });
}

/** What was decided and from what; a later version may say it in other words. */
function numbersOf({ says: _, ...numbers }: Verdict): unknown {
  return plain(numbers);
}

function newestOf(services: Services, scope: EnvironmentScope, flag: string): Revised<ReleaseDocument> {
  const state = stateOf(services, scope);
  flagOf(state, flag);
  const { environment } = scope.place;
  const found = releaseOf(state, flag, environment);
  if (found === undefined) throw new RefusedError(noRelease({ flag, environment }).refusal);
  return found;
}
