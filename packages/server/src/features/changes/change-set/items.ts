/** Which documents a change set names. */
import type { ChangeSetItem } from "@bannerol/protocol/schemas";
import { type ItemName, itemId } from "../../../state/documents.ts";
import { placeOf, type SetProblem } from "./problems.ts";

/** One item, its document not yet looked at. */
export interface NamedItem {
  /** Where in the set it stands. */
  readonly index: number;
  readonly name: ItemName;
  readonly after: unknown;
  readonly ifRevision?: number;
}

/** The items by what they are, and what is wrong with their names. */
export function nameItems(items: readonly ChangeSetItem[]): {
  readonly named: readonly NamedItem[];
  readonly problems: readonly SetProblem[];
} {
  const named: NamedItem[] = [];
  const problems: SetProblem[] = [];
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const name = nameOf(item);
    const first = name === undefined ? undefined : seen.get(itemId(name));
    if (name === undefined) problems.push({ path: placeOf(index), message: UNNAMED });
    else if (first !== undefined) problems.push({ path: placeOf(index), message: isTwice(first) });
    else if (item.after === undefined) problems.push({ path: placeOf(index, "after"), message: WITHOUT_AFTER });
    else {
      seen.set(itemId(name), index);
      const { after, ifRevision } = item;
      named.push({ index, name, after, ...(ifRevision === undefined ? {} : { ifRevision }) });
    }
  }
  return { named, problems };
}

const UNNAMED = "Name one thing: a flag, a flag and an environment, a segment, or an environment.";
const WITHOUT_AFTER = "It is missing. Give the document as it shall be, or null to remove a segment.";

function isTwice(first: number): string {
  return `It names the same document as items[${first}]. Name each once.`;
}

function nameOf({ flag, segment, environment }: ChangeSetItem): ItemName | undefined {
  if (segment !== undefined) {
    return flag === undefined && environment === undefined
      ? { kind: "segment", key: segment, environment: "" }
      : undefined;
  }
  if (flag !== undefined) {
    return environment === undefined
      ? { kind: "flag", key: flag, environment: "" }
      : { kind: "targeting", key: flag, environment };
  }
  return environment === undefined ? undefined : { kind: "environment", key: environment, environment: "" };
}
