/** What routes gather before a targeting can be decided on. */
import { z } from "zod";
import { ruleIdFrom, type Services } from "../services.ts";
import type { TargetingCommand } from "./decide.ts";
import { earlierRollouts, type TargetingPlace } from "./earlier.ts";

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

export async function commandFor(services: Services, place: TargetingPlace, flag: string): Promise<TargetingCommand> {
  return {
    flag,
    environment: place.environment,
    earlier: await earlierRollouts(services, place, flag),
    freshId: () => ruleIdFrom(services.draw),
  };
}
