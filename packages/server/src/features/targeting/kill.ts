/** Off, whatever is running. Pure. */
import type { ProjectState } from "../../state/project-state.ts";
import type { Decided } from "../decision.ts";
import { abortedRelease } from "../releases/active.ts";
import { cancelled } from "../schedules/waiting.ts";
import { switchFlag, type TargetingCommand } from "./decide.ts";

/** In one change the flag is disabled, its release aborted, what waits for it cancelled; `enable` undoes the switch alone. */
export function killFlag(
  state: ProjectState,
  command: Pick<TargetingCommand, "flag" | "environment">,
): Decided<undefined> {
  const switched = switchFlag(state, command, "flag.kill");
  if (!switched.ok) return switched;
  const ends = [
    ...abortedRelease(state, command, "The flag was killed."),
    ...cancelled(state, command.flag, command.environment),
  ];
  return { ...switched, items: [...switched.items, ...ends] };
}
