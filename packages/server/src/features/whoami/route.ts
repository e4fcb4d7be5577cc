import { whoamiSchema } from "@bannerol/protocol/schemas";
import type { Scope } from "../../auth/scope.ts";
import { anywhere } from "../../http/permission.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../http/route.ts";
import { instant } from "../decision.ts";
import { reachOf } from "../reach.ts";
import type { Services } from "../services.ts";

export function whoamiRoute(services: Services): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/whoami",
    permission: anywhere("read"),
    summary: "Who asks, and what they may do where",
    query: noQuery,
    body: noBody,
    reply: whoamiSchema,
    async handler({ scope }) {
      const { actor, role, token, ...reach } = scope.caller;
      const known = whoamiSchema.shape.role.parse(role);
      return { body: { ...actor, role: known, ...(token && { token }), ...reachOf(reach), ...endOf(services, scope) } };
    },
  });
}

function endOf({ ledger }: Services, { caller }: Scope): { readonly expiresAt?: string } {
  const end = ledger.system().tokens.get(caller.token ?? "")?.document.expiresAt;
  return end === undefined ? {} : { expiresAt: instant(end) };
}
