import type { ItemName } from "../state/documents.ts";
import type { Change, ChangeFilter } from "./port.ts";

/** Whether a filter lets a change through, its `limit` aside: what every adapter's queries must mean. */
export function passes(filter: ChangeFilter, change: Change): boolean {
  return (
    passesItself(filter, change) && (!asksForItem(filter) || change.items.some((item) => passesItem(filter, item)))
  );
}

/** Whether a filter asks for anything that only an item can answer. */
export function asksForItem({ flag, segment, environment }: ChangeFilter): boolean {
  return flag !== undefined || segment !== undefined || environment !== undefined;
}

function passesItself(filter: ChangeFilter, { revision, at, actor }: Change): boolean {
  return (
    (filter.actor === undefined || filter.actor === actor.id || filter.actor === actor.name) &&
    revision > (filter.sinceRevision ?? 0) &&
    revision <= (filter.untilRevision ?? Number.POSITIVE_INFINITY) &&
    revision < (filter.before ?? Number.POSITIVE_INFINITY) &&
    at >= (filter.sinceAt ?? Number.NEGATIVE_INFINITY) &&
    at <= (filter.untilAt ?? Number.POSITIVE_INFINITY)
  );
}

function passesItem({ flag, segment, environment }: ChangeFilter, item: ItemName): boolean {
  const ofFlag =
    (["flag", "targeting", "release"].includes(item.kind) && item.key === flag) ||
    (item.kind === "schedule" && item.key.startsWith(`${flag}/`));
  const ofSegment = item.kind === "segment" && item.key === segment;
  const ofEnvironment = item.environment === environment || (item.kind === "environment" && item.key === environment);
  return (
    (flag === undefined || ofFlag) &&
    (segment === undefined || ofSegment) &&
    (environment === undefined || ofEnvironment)
  );
}
