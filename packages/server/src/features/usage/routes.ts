/** What SDKs were asked, for people: before a flag is archived, and when nobody knows why it serves what it serves. */
import {
  missingFlagListSchema,
  type UsageOfEnvironment,
  type UsageSpan,
  usageQuerySchema,
  usageSchema,
} from "@bannerol/protocol/schemas";
import type { ProjectScope } from "../../auth/scope.ts";
import { inEnvironment, inProject } from "../../http/permission.ts";
import { quoted, refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { type CountedUsage, spanStart } from "../../store/usage-store.ts";
import { lastAskedIn } from "../../usage/usage.ts";
import { instant } from "../decision.ts";
import type { Services } from "../services.ts";

const HOUR_MS = 3_600_000;
const spans = {
  hour: { spanMs: HOUR_MS, shownMs: 24 * HOUR_MS },
  day: { spanMs: 24 * HOUR_MS, shownMs: 30 * 24 * HOUR_MS },
} as const;

export function usageRoutes(services: Services): readonly Route[] {
  return [usageRoute(services), missingRoute(services)];
}

function usageRoute({ ledger, usage, state, now }: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/projects/{p}/flags/{f}/usage",
    permission: inProject("read"),
    summary: "When SDKs last asked for a flag, and what they were given, by environment",
    query: usageQuerySchema,
    body: noBody,
    reply: usageSchema,
    async handler({ scope, param, query: { by = "hour", since } }) {
      const { project } = scope.place;
      const flag = param("f");
      if (ledger.state(project)?.flags.has(flag) !== true) refuse("not_found", noFlag(project, flag));
      const { spanMs, shownMs } = spans[by];
      const from = spanStart(since === undefined ? now() - shownMs : Date.parse(since), spanMs);
      const [asked, counts] = await state.watchStore(() =>
        Promise.all([usage.store.asked(project), usage.store.counts({ project, flag, since: from, spanMs })]),
      );
      const environments = environmentsSeen(ledger, scope).map((environment) => {
        const lastAt = lastAskedIn(asked, environment, flag);
        return {
          ...shown(environment, counts),
          ...(lastAt === undefined ? {} : { lastAskedAt: instant(lastAt) }),
        };
      });
      return { body: { flag, by, since: instant(from), environments } };
    },
  });
}

function missingRoute({ usage, state }: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/projects/{p}/environments/{e}/missing-flags",
    permission: inEnvironment("read"),
    summary: "Flags that applications ask for and that are not there, newest first",
    query: noQuery,
    body: noBody,
    reply: missingFlagListSchema,
    async handler({ scope: { place } }) {
      const rows = await state.watchStore(() => usage.store.missing(place.project, place.environment));
      return { body: { items: rows.map(({ flag, count, at }) => ({ flag, count, lastAskedAt: instant(at) })) } };
    },
  });
}

function environmentsSeen(ledger: Services["ledger"], scope: ProjectScope): readonly string[] {
  const all = [...(ledger.state(scope.place.project)?.environments.keys() ?? [])];
  return all.filter((environment) => scope.sees(environment)).sort();
}

function shown(environment: string, counts: readonly CountedUsage[]): UsageOfEnvironment {
  const own = counts.filter((row) => row.environment === environment);
  const total = own.reduce((sum, { count }) => sum + count, 0);
  return { environment, total, spans: spansOf(own) };
}

/** Rows come in order of time. */
function spansOf(rows: readonly CountedUsage[]): UsageSpan[] {
  const spans: UsageSpan[] = [];
  for (const { at, variant, reason, count } of rows) {
    const span = spans.at(-1)?.at === instant(at) ? spans.pop() : undefined;
    const { total = 0, counts = [] } = span ?? {};
    const served = { ...(variant === "" ? {} : { variant }), ...(reason === "" ? {} : { reason }), count };
    spans.push({ at: instant(at), total: total + count, counts: [...counts, served] });
  }
  return spans;
}

function noFlag(project: string, flag: string): string {
  return `The project ${project} has no flag ${quoted(flag)}. List them with GET /api/v1/projects/${project}/flags.`;
}
