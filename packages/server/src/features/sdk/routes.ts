/** The data plane by HTTP. */
import type { Route } from "../../http/route.ts";
import type { Services } from "../services.ts";
import { remoteEvaluationRoute } from "./evaluate-route.ts";
import { eventsRoute } from "./events-route.ts";
import { listRoute } from "./list-route.ts";
import { rulesetRoute } from "./ruleset-route.ts";
import { streamRoutes } from "./stream-routes.ts";

export function sdkRoutes(services: Services): readonly Route[] {
  return [
    rulesetRoute(services),
    listRoute(services),
    ...streamRoutes(services),
    remoteEvaluationRoute(services),
    eventsRoute(services),
  ];
}
