/** The one place that makes the route table: every feature's routes, served and described. */
import { randomUUID } from "node:crypto";
import { type Authenticator, type AuthenticatorPorts, createAuthenticator } from "./auth/authenticate.ts";
import { Guesses } from "./auth/guesses.ts";
import { approvalRoutes } from "./features/approvals/routes.ts";
import { changeRoutes } from "./features/changes/routes.ts";
import { connectionRoutes } from "./features/connections/routes.ts";
import { environmentRoutes } from "./features/environments/routes.ts";
import { evaluationRoutes } from "./features/evaluations/routes.ts";
import { flagRoutes } from "./features/flags/routes.ts";
import { staleRoute } from "./features/flags/stale/route.ts";
import { freezeRoutes } from "./features/freezes/routes.ts";
import { invariantRoutes } from "./features/invariants/routes.ts";
import { keyRoutes } from "./features/keys/routes.ts";
import { parallelRoute } from "./features/parallel/route.ts";
import { previewRoute } from "./features/preview/route.ts";
import { projectRoutes } from "./features/projects/routes.ts";
import { promotionRoutes } from "./features/promotion/routes.ts";
import { releaseRoutes } from "./features/releases/routes.ts";
import { revertRoute } from "./features/revert/route.ts";
import { routerRoute } from "./features/router/route.ts";
import { scheduleRoutes } from "./features/schedules/routes.ts";
import { sdkRoutes } from "./features/sdk/routes.ts";
import { segmentRoutes } from "./features/segments/routes.ts";
import { metricsRoute } from "./features/service/metrics-route.ts";
import { referenceRoutes, serviceRoutes } from "./features/service/routes.ts";
import type { Services } from "./features/services.ts";
import { targetingRoutes } from "./features/targeting/routes.ts";
import { tokenRoutes } from "./features/tokens/routes.ts";
import { usageRoutes } from "./features/usage/routes.ts";
import { userRoutes } from "./features/users/routes.ts";
import { webhookRoutes } from "./features/webhooks/routes.ts";
import { whoamiRoute } from "./features/whoami/route.ts";
import type { OncePorts } from "./http/idempotency/once.ts";
import { type App, type MountPorts, mountRoutes } from "./http/mount.ts";
import type { Mark } from "./http/on-newest.ts";
import { describeRoutes } from "./http/openapi.ts";
import type { Route } from "./http/route.ts";
import type { IdempotencyStore } from "./store/idempotency-store.ts";

export interface AppPorts extends Omit<MountPorts, "doors" | "once" | "mark"> {
  readonly authenticator: Authenticator;
  readonly idempotency: IdempotencyStore;
  /** Shown in the API's description. */
  readonly version: string;
}

/** Every route of the server, in the order in which they are matched and described. */
export function routeTable(services: Services, version: string): readonly Route[] {
  const routes: readonly Route[] = [
    ...serviceRoutes(services.state),
    metricsRoute(services.measured),
    ...projectRoutes(services),
    ...environmentRoutes(services),
    ...approvalRoutes(services, () => routes),
    ...freezeRoutes(services),
    ...flagRoutes(services),
    staleRoute(services),
    ...promotionRoutes(services),
    ...targetingRoutes(services),
    previewRoute(services),
    parallelRoute(services),
    ...scheduleRoutes(services),
    ...releaseRoutes(services),
    ...segmentRoutes(services),
    ...invariantRoutes(services),
    ...changeRoutes(services),
    revertRoute(services),
    ...evaluationRoutes(services),
    ...connectionRoutes(services),
    ...usageRoutes(services),
    ...keyRoutes(services),
    ...userRoutes(services),
    ...tokenRoutes(services),
    whoamiRoute(services),
    ...webhookRoutes(services),
    ...sdkRoutes(services),
    routerRoute(services),
  ];
  const described = describeRoutes(routes, version);
  return [...routes, ...referenceRoutes(() => described)];
}

/** The application: asked by the HTTP server, and by tests in process. */
export function createApp(services: Services, { authenticator, idempotency, version, ...ports }: AppPorts): App {
  const { ledger, now, state } = services;
  const doors = {
    authenticator,
    hasProject: (project: string) => ledger.projects().includes(project),
    hasEnvironment: (project: string, environment: string) =>
      ledger.state(project)?.environments.has(environment) ?? false,
  };
  const watch: OncePorts["watch"] = (work) => state.watchStore(work);
  const once = { store: idempotency, now, newHolder: randomUUID, watch };
  const mark: Mark = () => {
    const more = ledger.mark();
    // While the database is away everybody is answered by what is known.
    return async () => state.isReached && state.watchStore(more).catch(() => false);
  };
  return mountRoutes(routeTable(services, version), { ...ports, doors, once, mark });
}

/** Who holds a key or a token, by the ledger's state; the stream asks it too. */
export function authenticatorOf(
  { ledger, now, state, lastUses }: Pick<Services, "ledger" | "now" | "state" | "lastUses">,
  { guesses, adminToken }: Pick<AuthenticatorPorts, "guesses" | "adminToken">,
): Authenticator {
  return createAuthenticator({
    system: () => ledger.system(),
    project: (key) => ledger.state(key),
    digest: async (id) => ledger.knownDigest(id) ?? state.watchStore(() => ledger.digest(id)),
    readOn: () => state.watchStore(() => ledger.readOn()).catch(() => undefined),
    now,
    used: (id) => lastUses.used(id),
    guesses,
    ...(adminToken === undefined ? {} : { adminToken }),
  });
}

/** What becomes of wrong keys and tokens, counted and logged. */
export function guessesOf({
  metrics,
  log,
  monotonic,
}: Pick<Services, "metrics"> & Pick<MountPorts, "log" | "monotonic">): Guesses {
  return new Guesses({
    monotonic,
    wrong: (isGuess) => metrics.wrongCredentials.add(isGuess ? "wait" : "invalid"),
    began: (address) => log.warn({ address }, "more different wrong keys and tokens than anybody mistypes"),
  });
}
