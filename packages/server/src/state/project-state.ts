/**
 * All that a project is, in memory: the fold of its log.
 *
 *     documents table ──load──►  ProjectState  ◄──fold── change 43, 44, …
 *
 * Both ways give the same state. It is immutable: a fold shares what it did not touch. Each document stands with the
 * revision that wrote it, which is its ETag. A document that cannot be read (a row edited by hand, or written by
 * another version) is left out and listed under `unreadable`; it harms nothing but itself.
 *
 * It decides nothing and knows no view: see `features/` and `log/projection/`.
 */
import {
  type DocumentOf,
  type EnvironmentDocument,
  type FlagDocument,
  type FreezeDocument,
  type InvariantDocument,
  type ItemKind,
  type ItemName,
  itemId,
  type KeyDocument,
  type ProjectDocument,
  type SegmentDocument,
  type TargetingDocument,
  type TokenDocument,
  type UserDocument,
  type WebhookDocument,
} from "./documents.ts";
import type { ReleaseDocument, ScheduleDocument } from "./release-document.ts";

/** A document and the revision that wrote it. */
export interface Revised<T> {
  readonly document: T;
  readonly revision: number;
}

/** A document that is there but cannot be read, and why. */
export interface Unreadable extends ItemName {
  readonly revision: number;
  readonly reason: string;
}

type Shelf<T> = ReadonlyMap<string, Revised<T>>;

/** Where a chain stands. */
export interface ChainHead {
  readonly key: string;
  /** Of the newest change; 0 before the first. */
  readonly revision: number;
  /** Hash of the newest change; "" before the first. */
  readonly head: string;
  /** Instant of the newest change, epoch milliseconds; 0 before the first. */
  readonly at: number;
}

export interface ProjectState extends ChainHead {
  readonly environments: Shelf<EnvironmentDocument>;
  readonly flags: Shelf<FlagDocument>;
  /** By environment, then by flag. */
  readonly targetings: ReadonlyMap<string, Shelf<TargetingDocument>>;
  readonly segments: Shelf<SegmentDocument>;
  /** SDK keys by id, revoked ones too. */
  readonly keys: Shelf<KeyDocument>;
  readonly invariants: Shelf<InvariantDocument>;
  /** The newest of each flag: by environment, then by flag. */
  readonly releases: ReadonlyMap<string, Shelf<ReleaseDocument>>;
  /** Those that wait, by `<flag>/<id>`. */
  readonly schedules: Shelf<ScheduleDocument>;
  readonly freezes: Shelf<FreezeDocument>;
  /** In `_system` alone, as are `users`, `tokens` and `webhooks`. */
  readonly projects: Shelf<ProjectDocument>;
  /** By id, disabled ones too. */
  readonly users: Shelf<UserDocument>;
  /** By id, revoked ones too. */
  readonly tokens: Shelf<TokenDocument>;
  readonly webhooks: Shelf<WebhookDocument>;
  /** By `itemId`. */
  readonly unreadable: ReadonlyMap<string, Unreadable>;
}

/** What the installation is made of: the fold of `_system`'s log. */
export type SystemState = ChainHead & Pick<ProjectState, "projects" | "users" | "tokens" | "webhooks" | "unreadable">;

/** What one environment does with one flag, or `undefined` where either is not there. */
export function targetingOf(
  state: ProjectState,
  flag: string,
  environment: string,
): Revised<TargetingDocument> | undefined {
  return state.targetings.get(environment)?.get(flag);
}

/** The newest release of a flag in an environment; `undefined` where there was none. */
export function releaseOf(
  state: ProjectState,
  flag: string,
  environment: string,
): Revised<ReleaseDocument> | undefined {
  return state.releases.get(environment)?.get(flag);
}

/** A document by its name; `null` where there is none, `undefined` where it cannot be read. */
export function documentOf(state: ProjectState, name: ItemName): DocumentOf[ItemKind] | null | undefined {
  if (state.unreadable.has(itemId(name))) return undefined;
  return shelfOf(state, name).get(name.key)?.document ?? null;
}

function shelfOf(state: ProjectState, { kind, environment }: ItemName): Shelf<DocumentOf[ItemKind]> {
  switch (kind) {
    case "environment":
      return state.environments;
    case "flag":
      return state.flags;
    case "targeting":
      return state.targetings.get(environment) ?? new Map();
    case "segment":
      return state.segments;
    case "key":
      return state.keys;
    case "invariant":
      return state.invariants;
    case "release":
      return state.releases.get(environment) ?? new Map();
    case "schedule":
      return state.schedules;
    case "freeze":
      return state.freezes;
    case "project":
      return state.projects;
    case "user":
      return state.users;
    case "token":
      return state.tokens;
    case "webhook":
      return state.webhooks;
  }
}

export function emptyState(key: string): ProjectState {
  return {
    key,
    revision: 0,
    head: "",
    at: 0,
    environments: new Map(),
    flags: new Map(),
    targetings: new Map(),
    segments: new Map(),
    keys: new Map(),
    invariants: new Map(),
    releases: new Map(),
    schedules: new Map(),
    freezes: new Map(),
    projects: new Map(),
    users: new Map(),
    tokens: new Map(),
    webhooks: new Map(),
    unreadable: new Map(),
  };
}
