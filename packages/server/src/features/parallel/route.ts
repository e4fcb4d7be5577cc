/** What came of running a new way beside the old one, for people. */
import { parallelReportSchema } from "@bannerol/protocol/schemas";
import { inEnvironment } from "../../http/permission.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { instant } from "../decision.ts";
import { flagOf, stateOf } from "../reading.ts";
import type { Services } from "../services.ts";

export function parallelRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/projects/{p}/flags/{f}/environments/{e}/parallel",
    permission: inEnvironment("read"),
    summary: "What came of parallel runs, by revision of the flag, the newest first",
    query: noQuery,
    body: noBody,
    reply: parallelReportSchema,
    async handler({ scope, param }) {
      const { place } = scope;
      const flag = flagOf(stateOf(services, scope), param("f")).document.key;
      const reports = await services.state.watchStore(() => services.evidence.parallel({ ...place, flag }));
      const items = reports.map(({ lastAt, signatures, ignored, samples, ...report }) => ({
        ...report,
        lastAt: instant(lastAt),
        signatures: [...signatures],
        ignored: [...ignored],
        samples: [...samples],
      }));
      return { body: { flag, environment: place.environment, items } };
    },
  });
}
