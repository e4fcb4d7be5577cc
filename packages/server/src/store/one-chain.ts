/** Several works as one commit takes them: of one project, each on what the one before it leaves. */
import { itemId, type RecordedItem } from "../state/documents.ts";
import type { EntityName, StoredEntity, UnitOfWork } from "./port.ts";
import { writeRecord } from "./record.ts";

/** Where a chain stands. */
export interface ChainEnd {
  readonly revision: number;
  /** Hash of the newest change; "" before the first. */
  readonly head: string;
  /** Instant of the newest change; 0 before the first. */
  readonly at: number;
}

/** A work with the record that was made of it. */
export interface Written extends ReturnType<typeof writeRecord> {
  readonly work: UnitOfWork;
}

export interface Records {
  readonly written: readonly Written[];
  /** Where the chain stands after them, and how the views are projected then. */
  readonly after: ChainEnd & Pick<UnitOfWork, "viewFormat">;
}

/** The records that continue a chain at its end. Throws where a work does not continue the one before it. */
export function writeRecords(project: string, works: readonly UnitOfWork[], end: ChainEnd): Records {
  let after: Records["after"] = { ...end, viewFormat: 0 };
  const written = works.map((work): Written => {
    requireContinues(work, { ...after, project });
    const record = writeRecord(work, after);
    const { revision, at, hash: head } = record.change;
    after = { revision, at, head, viewFormat: work.viewFormat };
    return { ...record, work };
  });
  return { written, after };
}

/** Another one is a defect of whoever decided, so no conflict. */
function requireContinues(work: UnitOfWork, end: ChainEnd & { readonly project: string }): void {
  const { project, expectedRevision, expectedHead = end.head } = work;
  if (project === end.project && expectedRevision === end.revision && expectedHead === end.head) return;
  throw new TypeError(
    `What is committed together must continue each other: revision ${expectedRevision} of project ${project} was decided on, ` +
      `and revision ${end.revision} of project ${end.project} stands before it.`,
  );
}

/** A document as the last change that names it leaves it, and that change's revision. */
export interface NewestDocument extends RecordedItem {
  readonly revision: number;
}

/** Each document that the changes name, once. */
export function newestDocuments(written: readonly Written[]): readonly NewestDocument[] {
  const newest = new Map<string, NewestDocument>();
  for (const { change } of written) {
    for (const item of change.items) newest.set(itemId(item), { ...item, revision: change.revision });
  }
  return [...newest.values()];
}

/** Each entity that the works name, once; where one work both drops and puts it, it is put. */
export function newestEntities(written: readonly Written[]): readonly StoredEntity[] {
  const newest = new Map<string, StoredEntity>();
  for (const { work, change } of written) {
    for (const { environment, class: viewClass, put, drop } of work.views) {
      const set = ({ kind, key }: EntityName, dropped: boolean): void => {
        const entity = { environment, class: viewClass, kind, key, version: change.revision, dropped };
        newest.set(entityId(entity), entity);
      };
      for (const name of drop) set(name, true);
      for (const name of put) set(name, false);
    }
  }
  return [...newest.values()];
}

export function entityId({ environment, class: viewClass, kind, key }: StoredEntity): string {
  return JSON.stringify([environment, viewClass, kind, key]);
}
