import type { TargetingName } from "@bannerol/admin-client";
import type { TargetingChanged } from "@bannerol/protocol/schemas";
import { describeTargeting, stamp } from "./describe.ts";
import type { Output } from "./output.ts";
import { printable } from "./printable.ts";

/** What a flag is now in one environment, and where the change stands in the history. */
export function changedTargeting(name: TargetingName, changed: TargetingChanged): Output {
  return {
    document: changed,
    changed: { revision: changed.revision, environment: name.environment },
    text: (colours) =>
      `${colours.bold(printable(name.flag))} in ${printable(name.environment)}: ${describeTargeting(changed, colours)}\n` +
      stamp(changed, colours),
  };
}
