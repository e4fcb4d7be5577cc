/** What SDKs were asked, in batches of sums. A batch is answered once it is durable, and counted once. */
import { createHash } from "node:crypto";
import { watchesOf } from "@bannerol/core";
import { MAX_EVENTS_BYTES } from "@bannerol/protocol";
import { eventAnswerSchema, eventBatchSchema } from "@bannerol/protocol/schemas";
import type { KeyGrant } from "../../auth/authenticate.ts";
import { attributeSums, type SeenFlag } from "../../evidence/attribute.ts";
import { sdkKey } from "../../http/permission.ts";
import { RefusedError } from "../../http/refusal.ts";
import { defineRoute, noQuery, type Route } from "../../http/route.ts";
import { entityId } from "../../log/view.ts";
import { attribute } from "../../usage/attribute.ts";
import type { Services } from "../services.ts";

export function eventsRoute(services: Services): Route {
  const { usage, evidence, ledger, state, draw, now, metrics } = services;
  return defineRoute({
    method: "POST",
    path: "/sdk/v1/events",
    permission: sdkKey,
    summary: "Counts what an SDK was asked since its last batch",
    query: noQuery,
    body: eventBatchSchema,
    bodyLimit: MAX_EVENTS_BYTES,
    bodyZipped: true,
    reply: eventAnswerSchema,
    async handler({ scope: key, body }) {
      if (!usage.hasRoom) throw new RefusedError(tooMany(draw.seed()));
      const { keyId, project, environment } = key;
      const seen = flagsSeen(services, key);
      const rows = attribute(body, (flag) => seen(flag)?.variants);
      const { sums, releases } = attributeSums(body, seen, ledger.state(project)?.revision ?? 0);
      // Any text may name a batch; what is kept of it has one form.
      const id = createHash("sha256").update(body.id).digest("hex");
      const batch = { keyId, id, project, environment, at: now(), ...rows, sums };
      const counted = await state.watchStore(() => usage.take(batch));
      if (counted) {
        state.wrote();
        evidence.came(releases.map((release) => ({ project, environment, ...release })));
      }
      metrics.eventBatches.add(counted ? "counted" : "repeated");
      return { body: { counted } };
    },
  });
}

/** By the documents as they are now: an SDK may have an older ruleset, and a variant that is gone counts without a name. */
function flagsSeen({ ledger }: Services, { project, environment, class: kind }: KeyGrant) {
  const view = ledger.view(project, environment, kind);
  const flags = ledger.state(project)?.flags;
  return (flag: string): SeenFlag | undefined => {
    const document = view?.entities.get(entityId({ kind: "flag", key: flag }))?.document;
    if (document === undefined) return undefined;
    const variants = flags?.get(flag)?.document.variants.map(({ key }) => key) ?? [];
    return { variants, watches: watchesOf(document) };
  };
}

function tooMany(seed: number) {
  const detail = "More batches wait than the server writes at once. Keep it, and send it again when told.";
  return { code: "try_later", detail, retryAfter: 1 + (seed % 30) } as const;
}
