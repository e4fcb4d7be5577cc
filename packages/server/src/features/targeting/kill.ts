/** Off, whatever is running. Pure. */
import type { ProjectState } from "../../state/project-state.ts";
import type { Decided } from "../decision.ts";
import { switchFlag, type TargetingCommand } from "./decide.ts";
import { endOfWork } from "./ends.ts";

/** In one change the flag is disabled, its release aborted, what waits for it cancelled; `enable` undoes the switch alone. */
export function killFlag(
  state: ProjectState,
  command: Pick<TargetingCommand, "flag" | "environment">,
): Decided<undefined> {
  const switched = switchFlag(state, command, "flag.kill");
  if (!switched.ok) return switched;
  return { ...switched, items: [...switched.items, ...endOfWork(state, command, "The flag was killed.")] };
}
