import { type StaleFlag, staleFlagListSchema } from "@bannerol/protocol/schemas";
import { inProject } from "../../../http/permission.ts";
import { defineRoute, noBody, noQuery, type Route } from "../../../http/route.ts";
import { instant } from "../../decision.ts";
import { stateOf } from "../../reading.ts";
import type { Services } from "../../services.ts";
import { bornBefore, idleFlags, type StaleFlagFound } from "./decide.ts";

export function staleRoute(services: Services): Route {
  const { now, usage, state: service } = services;
  return defineRoute({
    method: "GET",
    path: "/api/v1/projects/{p}/stale-flags",
    permission: inProject("read"),
    summary: "Flags past their expected lifetime that are rolled out to everybody, or that no SDK asks for",
    query: noQuery,
    body: noBody,
    reply: staleFlagListSchema,
    async handler({ scope }) {
      const { project } = scope.place;
      const at = now();
      const asked = await service.watchStore(() => usage.store.asked(project));
      const seen = asked.filter(({ environment }) => scope.sees(environment));
      const lastAsked = (flag: string) => {
        const instants = seen.filter((row) => row.flag === flag).map((row) => row.at);
        return instants.length === 0 ? undefined : Math.max(...instants);
      };
      const idle = idleFlags(stateOf(services, scope), { now: at, lastAsked });
      const old = await service.watchStore(() => pastTheirTime(services, project, { idle, at }));
      return { body: { items: old.map(staleForm) } };
    },
  });
}

interface Candidates {
  readonly idle: readonly StaleFlagFound[];
  readonly at: number;
}

/** The history says what was there when: one look for each lifetime that there is. */
async function pastTheirTime(
  { ledger }: Services,
  project: string,
  { idle, at }: Candidates,
): Promise<readonly StaleFlagFound[]> {
  const born = new Map<number, ReadonlySet<string>>();
  for (const before of new Set(idle.map((found) => bornBefore(found, at)))) {
    const then = await ledger.stateAt(project, await ledger.revisionAt(project, before));
    born.set(before, new Set(then.flags.keys()));
  }
  return idle.filter((found) => born.get(bornBefore(found, at))?.has(found.flag.key) === true);
}

function staleForm({ flag, lifetimeDays, serves, notAsked, lastAskedAt }: StaleFlagFound): StaleFlag {
  return {
    flag: flag.key,
    kind: flag.kind,
    owner: flag.owner,
    expectedLifetimeDays: lifetimeDays,
    reasons: [...(serves === undefined ? [] : ["rolled_out" as const]), ...(notAsked ? ["not_asked" as const] : [])],
    ...(serves === undefined ? {} : { serves }),
    ...(lastAskedAt === undefined ? {} : { lastAskedAt: instant(lastAskedAt) }),
  };
}
