/** What a writing process is asked to do. */
import type { ProjectState } from "../../packages/server/src/state/project-state.ts";

export interface Order {
  readonly database:
    | { readonly kind: "sqlite"; readonly file: string }
    | { readonly kind: "postgres"; readonly url: string; readonly schema: string };
  /** Distinct for each process on one database. */
  readonly name: string;
  readonly projects: readonly string[];
  /** Concurrent ones, spread over the projects. */
  readonly writers: number;
  /** How many in all; without end unless given. */
  readonly changes?: number;
  /** Goes on after a fault of the store. */
  readonly tolerant?: boolean;
}

/** Where writers write. */
export const writtenProjects = ["one", "two"] as const;

/** What a flag's description counts; 0 where there is no such flag. */
export function countOf(state: ProjectState, flag: string): number {
  return Number.parseInt(state.flags.get(flag)?.document.description ?? "0", 10);
}
