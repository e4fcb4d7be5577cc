/** What becomes of projects. Pure. */
import type { ProjectCreate } from "@bannerol/protocol/schemas";
import type { Item } from "../../state/documents.ts";
import type { ProjectState } from "../../state/project-state.ts";
import { SYSTEM_PROJECT } from "../../store/port.ts";
import { type Decided, refused } from "../decision.ts";

const MAX_PROJECTS = 1_000;

/** In `_system`. One that `isBegun`, and has no change of its own yet, is gone on with. */
export function createProject(
  state: ProjectState,
  { key, name = key }: Pick<ProjectCreate, "key" | "name">,
  isBegun: boolean,
): Decided<undefined> {
  const before = state.projects.get(key)?.document;
  if (key === SYSTEM_PROJECT || (before !== undefined && !isBegun)) {
    return refused("already_exists", `There is a project ${key} already. Use that one, or choose another key.`);
  }
  if (before === undefined && state.projects.size >= MAX_PROJECTS) {
    return refused("limit_exceeded", `There are ${MAX_PROJECTS} projects, which is the limit.`);
  }
  const items: Item[] = [{ kind: "project", key, environment: "", after: { key, name } }];
  return { ok: true, action: "project.create", items, result: undefined };
}

const USUAL = ["development", "staging", "production"];

/** In the project itself: its environments, in promotion order, none protected. */
export function setUpProject(state: ProjectState, keys: readonly string[] = USUAL): Decided<undefined> {
  if (state.revision > 0) {
    return refused("already_exists", `There is a project ${state.key} already. Use that one, or choose another key.`);
  }
  const items = keys.map((key, position): Item => {
    return { kind: "environment", key, environment: "", after: { key, name: nameOf(key), position, protected: false } };
  });
  return { ok: true, action: "project.setup", items, result: undefined };
}

/** `Production` for one of the usual three; what people named themselves stays as it is. */
function nameOf(key: string): string {
  return USUAL.includes(key) ? `${key.slice(0, 1).toUpperCase()}${key.slice(1)}` : key;
}
