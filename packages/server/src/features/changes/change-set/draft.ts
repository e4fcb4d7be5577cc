/** A project as a change set is making it: the state, and over it what was put. Costs what it touches. */
import {
  type EnvironmentDocument,
  type FlagDocument,
  type Item,
  itemId,
  type SegmentDocument,
  type TargetingDocument,
} from "../../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../../state/project-state.ts";

export class ProjectDraft {
  readonly #state: ProjectState;
  readonly #put = new Map<string, Item>();
  readonly #environments = new Map<string, EnvironmentDocument>();
  readonly #flags = new Map<string, FlagDocument>();
  readonly #newFlags = new Map<string, FlagDocument>();

  constructor(state: ProjectState) {
    this.#state = state;
  }

  /** What was put, in that order. */
  get items(): readonly Item[] {
    return [...this.#put.values()];
  }

  putEnvironment(after: EnvironmentDocument): void {
    this.#environments.set(after.key, after);
    this.#keep({ kind: "environment", key: after.key, environment: "", after });
  }

  putFlag(after: FlagDocument): void {
    this.#flags.set(after.key, after);
    if (!this.#state.flags.has(after.key)) this.#newFlags.set(after.key, after);
    this.#keep({ kind: "flag", key: after.key, environment: "", after });
  }

  putTargeting(key: string, environment: string, after: TargetingDocument): void {
    this.#keep({ kind: "targeting", key, environment, after });
  }

  putSegment(key: string, after: SegmentDocument | null): void {
    this.#keep({ kind: "segment", key, environment: "", after });
  }

  environment(key: string): EnvironmentDocument | undefined {
    return this.#environments.get(key) ?? this.#state.environments.get(key)?.document;
  }

  flag(key: string): FlagDocument | undefined {
    return this.#flags.get(key) ?? this.#state.flags.get(key)?.document;
  }

  /** Whether the set itself says what the flag is. */
  hasPutFlag(key: string): boolean {
    return this.#flags.has(key);
  }

  targeting(key: string, environment: string): TargetingDocument | undefined {
    const put = this.#put.get(itemId({ kind: "targeting", key, environment }));
    if (put?.kind === "targeting" && put.after !== null) return put.after;
    return targetingOf(this.#state, key, environment)?.document;
  }

  hasPutTargeting(key: string, environment: string): boolean {
    return this.#put.has(itemId({ kind: "targeting", key, environment }));
  }

  get flagCount(): number {
    return this.#state.flags.size + this.#newFlags.size;
  }

  /** Those that are there and those that were put. */
  environments(): readonly string[] {
    return [...new Set([...this.#state.environments.keys(), ...this.#environments.keys()])];
  }

  flags(): readonly FlagDocument[] {
    const kept = [...this.#state.flags.values()].map(({ document }) => document);
    return [...kept.filter(({ key }) => !this.#flags.has(key)), ...this.#flags.values()];
  }

  newEnvironments(): readonly string[] {
    return [...this.#environments.keys()].filter((key) => !this.#state.environments.has(key));
  }

  newFlags(): readonly FlagDocument[] {
    return [...this.#newFlags.values()];
  }

  #keep(item: Item): void {
    this.#put.set(itemId(item), item);
  }
}
