/** What routes gather before a targeting can be decided on. */
import { z } from "zod";
import type { EnvironmentScope } from "../../auth/scope.ts";
import { ruleIdFrom, type Services } from "../services.ts";
import type { TargetingCommand } from "./decide.ts";
import { earlierRollouts } from "./earlier.ts";

const open = z.unknown().optional();

/** The document's own fields are looked at by core's checks, which know the flag and say more than a schema can. */
export const openFields = {
  enabled: open,
  off: open,
  prerequisites: open,
  targets: open,
  rules: open,
  fallthrough: open,
};

export async function commandFor(services: Services, scope: EnvironmentScope, flag: string): Promise<TargetingCommand> {
  return {
    flag,
    environment: scope.place.environment,
    earlier: await earlierRollouts(services, scope, flag),
    freshId: () => ruleIdFrom(services.draw),
  };
}
