/**
 * The documents whose changes make up a project's history. An `Item` is one of them in one state: what a change
 * record holds, what the `documents` table keeps the newest of, and what the state of a project is folded from.
 */
import type {
  Allocation,
  Condition,
  FlagReference,
  FlagType,
  Invariant,
  ListReference,
  Target,
  Variant,
  Weights,
} from "@bannerol/core";
import type { ReleaseDocument, ScheduleDocument } from "./release-document.ts";

export type FlagKind = "release" | "experiment" | "ops" | "permission";

export interface EnvironmentDocument {
  readonly key: string;
  readonly name: string;
  /** Promotion order, from 0. */
  readonly position: number;
  readonly protected: boolean;
  /** How many must approve what alters its view, while it is protected; none unless named. */
  readonly approvals?: number;
}

export interface FlagVariant extends Variant {
  readonly description?: string;
}

/** What is the same of a flag in every environment. */
export interface FlagDocument {
  readonly key: string;
  readonly type: FlagType;
  readonly kind: FlagKind;
  readonly description: string;
  readonly tags: readonly string[];
  readonly owner: string;
  readonly clientSide: boolean;
  readonly seed: number;
  readonly variants: readonly FlagVariant[];
  /** After so many days it is called stale where nothing is decided by it; its kind's unless named. */
  readonly expectedLifetimeDays?: number;
  readonly archivedAt?: number;
  /** When it left the views, after it was archived: nobody had asked for it any more. */
  readonly leftAt?: number;
}

/** A rollout as stored: the weights that people see, and the layout of buckets made from them. */
export interface StoredRollout {
  readonly weights: Weights;
  readonly allocation: Allocation;
  readonly bucketBy?: string;
  readonly seed?: number;
}

export type StoredServe = { readonly variant: string } | { readonly rollout: StoredRollout };

export interface StoredRule {
  readonly id: string;
  readonly name?: string;
  readonly when: Condition;
  readonly serve: StoredServe;
}

/** What one environment does with one flag, layouts included. */
export interface TargetingDocument {
  readonly enabled: boolean;
  readonly off: string;
  readonly prerequisites: readonly FlagReference[];
  readonly targets: readonly Target[];
  readonly rules: readonly StoredRule[];
  readonly fallthrough: StoredServe;
}

/** A list that is kept apart from its document. */
export interface KeptList extends ListReference {
  /** The revision that made it what it is. */
  readonly version: number;
}

export interface SegmentDocument {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly included: readonly string[] | KeptList;
  readonly excluded: readonly string[] | KeptList;
  readonly by?: string;
  readonly when: Condition | null;
}

/** An SDK key as the history shows it: never its secret, nor a digest of it. */
export interface KeyDocument {
  readonly id: string;
  readonly kind: "server" | "client";
  readonly environment: string;
  readonly name: string;
  readonly createdAt: number;
  /** It opens nothing from then on: it was rotated. */
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

export type Role = "viewer" | "editor" | "releaser" | "admin";

/** A person. They work by tokens that name them, each within this role and scope. */
export interface UserDocument {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly project?: string;
  readonly environment?: string;
  readonly createdAt: number;
  /** Their tokens let nobody in from then on. */
  readonly disabledAt?: number;
}

export interface TokenDocument {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Whose it is: a person's id; a service's where it names nobody. */
  readonly user?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

/** Where changes are told of. Its secrets and where it stands in each log are kept outside the history. */
export interface WebhookDocument {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Of one project alone; else of all of them, and of the installation. */
  readonly project?: string;
  /** What belongs to one environment of the project, and to none. */
  readonly environment?: string;
  /** Actions, such as `flag.enable`; one that ends with `*` stands for all that begin so. */
  readonly events: readonly string[];
  readonly enabled: boolean;
  /** Why the server disabled it. */
  readonly disabledBecause?: string;
  readonly createdAt: number;
  /** When its secret was last replaced. */
  readonly rotatedAt?: number;
}

/** A statement that has to hold of an environment's flags; its key is the project's. */
export type InvariantDocument = Invariant & { readonly key: string; readonly environment: string };

/** A window in which nothing alters an environment but a kill. */
export interface FreezeDocument {
  readonly key: string;
  readonly environment: string;
  /** Epoch milliseconds; `until` is the first instant after it. */
  readonly from: number;
  readonly until: number;
  readonly reason: string;
}

export interface ProjectDocument {
  readonly key: string;
  readonly name: string;
}

/**
 * Names one document of a project. `environment` is "" for what belongs to no environment; a targeting is named by its
 * flag's key and its environment, as is a release; an SDK key by its id and its environment, an invariant and a freeze by its
 * key and its environment, which stay what they are, a schedule by `<flag>/<id>` and its environment.
 */
export interface ItemName {
  readonly kind: ItemKind;
  readonly key: string;
  readonly environment: string;
}

/** One text for each document's name; keys hold no colon. */
export function itemId(name: ItemName): string {
  return `${name.kind}:${name.environment}:${name.key}`;
}

export interface DocumentOf {
  readonly environment: EnvironmentDocument;
  readonly flag: FlagDocument;
  /** Named by the flag's key and the environment. */
  readonly targeting: TargetingDocument;
  readonly segment: SegmentDocument;
  readonly key: KeyDocument;
  readonly invariant: InvariantDocument;
  /** The newest of a flag, named by the flag's key and the environment. */
  readonly release: ReleaseDocument;
  readonly schedule: ScheduleDocument;
  readonly freeze: FreezeDocument;
  /** In `_system` alone, as are `user`, `token` and `webhook`. */
  readonly project: ProjectDocument;
  readonly user: UserDocument;
  readonly token: TokenDocument;
  readonly webhook: WebhookDocument;
}
export type ItemKind = keyof DocumentOf;

export const itemKinds = [
  "environment",
  "flag",
  "targeting",
  "segment",
  "key",
  "invariant",
  "release",
  "schedule",
  "freeze",
  "project",
  "user",
  "token",
  "webhook",
] as const satisfies readonly ItemKind[];

/** One document in one state; `after` is null where it was removed. */
export type Item = {
  [K in ItemKind]: {
    readonly kind: K;
    readonly key: string;
    readonly environment: string;
    readonly after: DocumentOf[K] | null;
  };
}[ItemKind];

/** An item as a record holds it: parsed JSON that nobody has looked at yet. `null` where it was removed. */
export interface RecordedItem extends ItemName {
  readonly after: unknown;
}
