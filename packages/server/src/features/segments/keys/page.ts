import { isKept } from "../../../lists/named-lists.ts";
import type { SegmentDocument } from "../../../state/documents.ts";
import { keysAt } from "../../../store/list-history.ts";
import { type Page, readCursor, writeCursor } from "../../paging.ts";
import type { Services } from "../../services.ts";
import { storedList } from "./targets.ts";

const USUAL_PAGE = 1_000;

interface KeyPage {
  readonly cursor?: string;
  readonly limit?: number;
}

/** Keys by their UTF-8 bytes, from behind the cursor on. */
export async function pageOfKeys(
  services: Services,
  project: string,
  keys: SegmentDocument["included"],
  { cursor, limit = USUAL_PAGE }: KeyPage,
): Promise<Page<string>> {
  const after = cursor === undefined ? undefined : readCursor(cursor).slice(1);
  const found = isKept(keys)
    ? await keptKeys(services, project, keys, { after, limit: limit + 1 })
    : sorted(keys).filter((key) => after === undefined || compare(key, after) > 0);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  // The empty key is a key like others, and no cursor.
  return last === undefined || found.length === items.length
    ? { items }
    : { items, nextCursor: writeCursor(`k${last}`) };
}

async function keptKeys(
  services: Services,
  project: string,
  { list, version: revision }: Extract<SegmentDocument["included"], { readonly list: string }>,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly string[]> {
  const stored = await storedList(services, project, list);
  const moment = { revision, ...(after === undefined ? {} : { after }) };
  return services.state.watchStore(async () => {
    const found: string[] = [];
    for await (const page of keysAt(services.ledger.storedLists, stored, moment)) {
      found.push(...page);
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  });
}

function sorted(keys: readonly string[]): readonly string[] {
  return [...keys].sort(compare);
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
