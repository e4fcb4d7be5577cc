import { type Convergence, connectionsAnswerSchema, connectionsQuerySchema } from "@bannerol/protocol/schemas";
import type { EnvironmentScope } from "../../auth/scope.ts";
import { inEnvironment } from "../../http/permission.ts";
import { refuse } from "../../http/refusal.ts";
import { defineRoute, noBody, type Route } from "../../http/route.ts";
import { instant } from "../decision.ts";
import type { Services } from "../services.ts";
import type { ConnectedSdk } from "./inventory.ts";

export function connectionRoutes(services: Services): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/api/v1/projects/{p}/environments/{e}/connections",
      permission: inEnvironment("read"),
      summary: "The SDKs connected; with revision, who has it and who has not",
      query: connectionsQuerySchema,
      body: noBody,
      reply: connectionsAnswerSchema,
      async handler({ scope, query }) {
        const { project, environment } = scope.place;
        if (query.revision !== undefined) await refuseFuture(services, project, query.revision);
        const connected = await services.state.watchStore(() => services.inventory.connected(project, environment));
        if (query.revision === undefined) return { body: { items: connected.map(connectionForm) } };
        return { body: convergence(services, scope, { connected, revision: query.revision }) };
      },
    }),
  ];
}

/** A revision that this node has not read yet may be another node's. */
async function refuseFuture({ ledger, state }: Services, project: string, revision: number): Promise<void> {
  if (revision <= (ledger.state(project)?.revision ?? 0)) return;
  await state.watchStore(() => ledger.catchUp(project));
  const newest = ledger.state(project)?.revision ?? 0;
  if (revision > newest)
    refuse("malformed_request", `There is no revision ${revision} yet: the newest of ${project} is ${newest}.`);
}

function connectionForm({ instance, name, version, transport, acknowledged, keyId, since }: ConnectedSdk) {
  return { instance, name, version, transport, revision: acknowledged, keyId, since: instant(since) };
}

function convergence(
  { viewRevisions }: Services,
  { place }: EnvironmentScope,
  { connected, revision }: { readonly connected: readonly ConnectedSdk[]; readonly revision: number },
): Convergence {
  const behind = connected.filter(
    (sdk) => sdk.acknowledged < viewRevisions.asOf({ ...place, class: sdk.class }, revision),
  );
  const have = connected.length - behind.length;
  return {
    revision,
    connected: connected.length,
    have,
    share: connected.length === 0 ? 1 : have / connected.length,
    missing: behind.map(({ instance, name, version, acknowledged }) => ({
      instance,
      name,
      version,
      revision: acknowledged,
    })),
  };
}
