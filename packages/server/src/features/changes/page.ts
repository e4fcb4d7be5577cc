/** One page of a history, newest first. */
import { type ChangeList, type changesQuerySchema, DEFAULT_PAGE } from "@bannerol/protocol/schemas";
import type { z } from "zod";
import { refuse } from "../../http/refusal.ts";
import type { ItemName } from "../../state/documents.ts";
import type { ChainHead } from "../../state/project-state.ts";
import type { ChangeFilter } from "../../store/port.ts";
import { isRevision } from "../moment.ts";
import { readCursor, writeCursor } from "../paging.ts";
import type { Services } from "../services.ts";
import { changeForm } from "./present.ts";

type Query = z.output<typeof changesQuerySchema>;

/** Of a chain's history, what `sees` lets through. Where it stands is asked once it was read, so no change is beyond. */
export async function pageOfChanges(
  { state, ledger }: Services,
  chain: () => ChainHead,
  query: Query,
  sees: (item: ItemName) => boolean,
): Promise<ChangeList> {
  const { limit = DEFAULT_PAGE } = query;
  const filter = { ...filterOf(query), limit: limit + 1 };
  const found = await state.watchStore(() => ledger.changes(chain().key, filter));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const items = page.flatMap((entry) => changeForm(entry, sees) ?? []);
  const more =
    last !== undefined && found.length > limit ? { nextCursor: writeCursor(String(last.change.revision)) } : {};
  const { revision, head } = chain();
  return { items, ...more, revision, head };
}

/** `since` and `until` are revisions, exclusive, or instants. */
function filterOf({ flag, segment, environment, actor, since, until, cursor }: Query): Omit<ChangeFilter, "limit"> {
  return {
    ...(flag === undefined ? {} : { flag }),
    ...(segment === undefined ? {} : { segment }),
    ...(environment === undefined ? {} : { environment }),
    ...(actor === undefined ? {} : { actor }),
    ...(since === undefined
      ? {}
      : isRevision(since)
        ? { sinceRevision: Number(since) }
        : { sinceAt: Date.parse(since) }),
    ...(until === undefined
      ? {}
      : isRevision(until)
        ? { untilRevision: Number(until) - 1 }
        : { untilAt: Date.parse(until) }),
    ...(cursor === undefined ? {} : { before: revisionOf(cursor) }),
  };
}

function revisionOf(cursor: string): number {
  const text = readCursor(cursor);
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  return refuse("malformed_request", "The cursor is none that this server gave. Start again without it.");
}
