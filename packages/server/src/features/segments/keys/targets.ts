/** Which list a difference is written to: the segment's own, or a new one. */
import type { KeyList } from "@bannerol/core";
import { isKept } from "../../../lists/named-lists.ts";
import { listKeyFrom } from "../../../lists/secret.ts";
import { Staging } from "../../../lists/staging.ts";
import type { SegmentDocument } from "../../../state/documents.ts";
import { StoreFault } from "../../../store/fault.ts";
import type { StoredList } from "../../../store/list-store.ts";
import type { Services } from "../../services.ts";
import type { Desk, Target } from "./commit.ts";

export interface OpenTarget {
  readonly target: Target;
  readonly staging: Staging;
  /** Where the list was there before. */
  readonly before?: { readonly stored: StoredList; readonly list: KeyList };
}

/** Begins a difference to the list that the segment has, or to one that it will have. */
export function openTarget(desk: Desk, keys: SegmentDocument["included"]): Promise<OpenTarget> {
  return isKept(keys) ? openKept(desk, keys.list) : openNew(desk);
}

async function openNew({ services }: Desk): Promise<OpenTarget> {
  const { draw } = services;
  const list = Buffer.from(draw.bytes(15)).toString("base64url");
  const secret = Buffer.from(draw.bytes(16)).toString("hex");
  return { target: { list, secret }, staging: await begin(services, { listKey: listKeyFrom(secret) }) };
}

async function openKept({ services, scope }: Desk, id: string): Promise<OpenTarget> {
  const { project } = scope.place;
  const held = services.ledger.lists(project).get(id);
  const stored = await storedList(services, project, id);
  if (held === undefined) throw lostList(id);
  const base = { number: stored.number, list: held };
  const staging = await begin(services, { listKey: held.listKey, base });
  return { target: { list: id }, staging, before: { stored, list: held } };
}

export function begin(
  services: Services,
  options: Omit<Parameters<typeof Staging.begin>[0], "store" | "at">,
): Promise<Staging> {
  const { ledger, now, state } = services;
  return state.watchStore(() => Staging.begin({ store: ledger.storedLists, at: now(), ...options }));
}

export async function storedList({ ledger, state }: Services, project: string, id: string): Promise<StoredList> {
  const [stored] = await state.watchStore(() => ledger.storedLists.of(project, id));
  if (stored === undefined) throw lostList(id);
  return stored;
}

function lostList(id: string): StoreFault {
  const detail = `The database has lost the list ${id}. Verify the project's history, and restore a backup.`;
  return new StoreFault("corrupt", detail);
}
