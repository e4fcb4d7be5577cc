/**
 * What one class of key sees of one environment, at one revision.
 *
 *     entity      version   document
 *     flag:a         4      {version: 4, type: …}
 *     flag:b         7      none: it left the view with revision 7
 *     segment:s      2      {version: 2, included: …}
 *
 * Immutable: a change that alters it makes a new one, which shares what is the same; so whatever is made from a view
 * (bytes, a compressed body, an ETag) can be kept by the view itself. An entity that left stays as a tombstone, stored
 * like the rest, so a delta can be given from any revision of the epoch, also after a restart.
 */
import { entityChecksum, type RulesetDelta, type RulesetDocument } from "@bannerol/core";
import type { StateIdentity } from "@bannerol/protocol";
import type { EntityName, ViewClass } from "../store/port.ts";
import type { ProjectedEntity } from "./projection/project.ts";

/** Which view of which project. */
export interface ViewName {
  readonly project: string;
  readonly environment: string;
  readonly class: ViewClass;
}

/** An entity as the ruleset holds it; without `document` it is a tombstone. */
export interface ViewEntity extends EntityName {
  /** The revision that last changed it in this view. */
  readonly version: number;
  readonly document?: object;
}

/** One change to a view: what enters it or is different in it, and what leaves it. */
export interface ViewAlteration {
  readonly put: readonly ProjectedEntity[];
  readonly drop: readonly EntityName[];
}

export class View implements ViewName, StateIdentity {
  readonly project: string;
  readonly environment: string;
  readonly class: ViewClass;
  readonly epoch: string;
  /** The newest change that altered what this view shows; 0: none has yet. */
  readonly revision: number;
  readonly checksum: number;
  /** By `entityId`, tombstones included. */
  readonly entities: ReadonlyMap<string, ViewEntity>;

  private constructor(name: ViewName, identity: StateIdentity, entities: ReadonlyMap<string, ViewEntity>) {
    this.project = name.project;
    this.environment = name.environment;
    this.class = name.class;
    this.epoch = identity.epoch;
    this.revision = identity.revision;
    this.checksum = identity.checksum;
    this.entities = entities;
  }

  /** The view that these entities make up. */
  static of(name: ViewName, epoch: string, entities: Iterable<ViewEntity>): View {
    const all = new Map<string, ViewEntity>();
    let revision = 0;
    let checksum = 0;
    for (const entity of entities) {
      all.set(entityId(entity), entity);
      revision = Math.max(revision, entity.version);
      checksum = sum(checksum, share(entity));
    }
    return new View(name, { epoch, revision, checksum }, all);
  }

  /** The view after the change of this revision. */
  alter(alteration: ViewAlteration, revision: number): View {
    const entities = new Map(this.entities);
    let checksum = this.checksum;
    const replace = (entity: ViewEntity): void => {
      const before = entities.get(entityId(entity));
      checksum = sum(checksum, share(entity) - (before === undefined ? 0 : share(before)));
      entities.set(entityId(entity), entity);
    };
    for (const { kind, key } of alteration.drop) replace({ kind, key, version: revision });
    for (const entity of alteration.put) replace(versioned(entity, revision));
    return new View(this, { epoch: this.epoch, revision, checksum }, entities);
  }

  identity(): StateIdentity {
    return { epoch: this.epoch, revision: this.revision, checksum: this.checksum };
  }

  /** All of it, as it is sent and cached. */
  ruleset(): RulesetDocument {
    const shown = [...this.entities.values()].filter((entity) => entity.document !== undefined);
    return {
      epoch: this.epoch,
      revision: this.revision,
      project: this.project,
      environment: this.environment,
      flags: documentsOf("flag", shown),
      segments: documentsOf("segment", shown),
    };
  }

  /**
   * What changed after `revision`, which must be one that this view had (0: everything); `tooOld` where it is none
   * of this epoch's, so that no delta leads from it to here.
   */
  deltaSince(revision: number): RulesetDelta | "tooOld" {
    if (!Number.isInteger(revision) || revision < 0 || revision > this.revision) return "tooOld";
    const changed = [...this.entities.values()].filter((entity) => entity.version > revision);
    return {
      from: revision,
      to: this.revision,
      flags: documentsOf("flag", changed),
      segments: documentsOf("segment", changed),
    };
  }
}

/** One text for each entity's name. */
export function entityId(name: EntityName): string {
  return `${name.kind}:${name.key}`;
}

/** A projected entity under its version, which stands first in the document. */
export function versioned({ kind, key, document }: ProjectedEntity, version: number): ViewEntity {
  return { kind, key, version, document: { version, ...document } };
}

function share(entity: ViewEntity): number {
  return entity.document === undefined ? 0 : entityChecksum(entity.kind, entity.key, entity.version);
}

function sum(a: number, b: number): number {
  return (a + b) >>> 0;
}

/** `fromEntries` defines own properties, whatever their names. */
function documentsOf(kind: EntityName["kind"], entities: readonly ViewEntity[]): { readonly [key: string]: unknown } {
  return Object.fromEntries(
    entities.filter((entity) => entity.kind === kind).map((entity) => [entity.key, entity.document ?? null]),
  );
}
