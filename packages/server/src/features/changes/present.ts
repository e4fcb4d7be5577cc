/** The history as people see it: each document in the form of the admin API, layouts left out. */
import type { ChangeForm, ChangeItem } from "@bannerol/protocol/schemas";
import type { DocumentOf, ItemKind, ItemName, RecordedItem } from "../../state/documents.ts";
import { readDocument } from "../../state/read-document.ts";
import type { Change, ChangeWithBefore } from "../../store/port.ts";
import { instant } from "../decision.ts";
import { definitionForm } from "../flags/present.ts";
import { releaseForm } from "../releases/form.ts";
import { nameOfSchedule, scheduleForm } from "../schedules/form.ts";
import { formOf } from "../targeting/form.ts";

/** Only the items that `sees` lets through; `undefined` where none is left. */
export function changeForm(
  { change, before }: ChangeWithBefore,
  sees: (item: ItemName) => boolean,
): ChangeForm | undefined {
  const items = change.items.flatMap((item, index) => (sees(item) ? [itemForm(item, before[index])] : []));
  const [first] = items;
  if (first === undefined && change.items.length > 0) return undefined;
  const { revision, at, actor, action, comment, requestId, approval, hash } = change;
  const lists = listsForm(change, sees);
  return {
    revision,
    at: instant(at),
    actor,
    action,
    ...(first ?? { before: null, after: null }),
    items,
    ...(lists.length === 0 ? {} : { lists }),
    ...(comment === undefined ? {} : { comment }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(approval === undefined ? {} : { approval: { id: approval.id, by: [...approval.by] } }),
    hash,
  };
}

function listsForm({ lists = [] }: Change, sees: (item: ItemName) => boolean): NonNullable<ChangeForm["lists"]> {
  const seen = lists.filter(({ segment }) => sees({ kind: "segment", key: segment, environment: "" }));
  return seen.map(({ segment, part, added, removed }) => ({ segment, list: part, added, removed }));
}

/** One item as people see it. */
export function itemForm(item: RecordedItem, before: unknown): ChangeItem {
  return {
    ...nameOfItem(item),
    ...idOf(item, before),
    before: documentForm(item.kind, before),
    after: documentForm(item.kind, item.after),
  };
}

/** How people call it, by the fields of the admin API. */
export function nameOfItem({ kind, key, environment }: ItemName): Omit<ChangeItem, "before" | "after"> {
  switch (kind) {
    case "flag":
      return { flag: key };
    case "targeting":
    case "release":
      return { flag: key, environment };
    case "schedule":
      return { ...nameOfSchedule(key), environment };
    case "segment":
      return { segment: key };
    case "environment":
      return { environment: key };
    case "key":
      return { key, environment };
    case "invariant":
      return { invariant: key, environment };
    case "freeze":
      return { freeze: key, environment };
    case "project":
    case "user":
    case "token":
    case "webhook":
      return { [kind]: key };
  }
}

/** Of a flag's releases only the newest is a document; which one it is, it says itself. */
function idOf({ kind, after }: RecordedItem, before: unknown): Pick<ChangeItem, "release"> {
  if (kind !== "release") return {};
  const read = readDocument(kind, after ?? before);
  return { release: read.ok ? read.document.id : "" };
}

/** A document that cannot be read is shown as it lies in the log. */
function documentForm(kind: ItemKind, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (kind) {
    case "flag":
      return readOr(kind, value, definitionForm);
    case "targeting":
      return readOr(kind, value, formOf);
    case "release":
      return readOr(kind, value, releaseForm);
    case "schedule":
      return readOr(kind, value, scheduleForm);
    case "freeze":
      return readOr(kind, value, ({ from, until, ...rest }) => ({
        ...rest,
        from: instant(from),
        until: instant(until),
      }));
    case "key":
    case "token":
      return readOr(kind, value, ({ createdAt, expiresAt, revokedAt, ...rest }) => ({
        ...rest,
        createdAt: instant(createdAt),
        ...(expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) }),
        ...(revokedAt === undefined ? {} : { revokedAt: instant(revokedAt) }),
      }));
    case "user":
      return readOr(kind, value, ({ createdAt, disabledAt, ...rest }) => ({
        ...rest,
        createdAt: instant(createdAt),
        ...(disabledAt === undefined ? {} : { disabledAt: instant(disabledAt) }),
      }));
    case "webhook":
      return readOr(kind, value, ({ createdAt, rotatedAt, ...rest }) => ({
        ...rest,
        createdAt: instant(createdAt),
        ...(rotatedAt === undefined ? {} : { rotatedAt: instant(rotatedAt) }),
      }));
    default:
      return value;
  }
}

function readOr<K extends ItemKind>(kind: K, value: unknown, form: (document: DocumentOf[K]) => unknown): unknown {
  const read = readDocument(kind, value);
  return read.ok ? form(read.document) : value;
}
