import type { KeptList, SegmentDocument } from "../state/documents.ts";
import type { ProjectState } from "../state/project-state.ts";
import type { ListPart } from "../store/list-store.ts";

export const listParts = ["included", "excluded"] as const satisfies readonly ListPart[];

/** Whether these keys are kept apart from their document. */
export function isKept(keys: SegmentDocument["included"]): keys is KeptList {
  return "list" in keys;
}

/** How many keys there are. */
export function countOf(keys: SegmentDocument["included"]): number {
  return isKept(keys) ? keys.count : keys.length;
}

/** The lists that a segment names. */
export function listsIn(segment: SegmentDocument): readonly KeptList[] {
  return listParts.map((part) => segment[part]).filter(isKept);
}

/** The lists that a project's segments name. */
export function namedLists(state: Pick<ProjectState, "segments">): readonly KeptList[] {
  return [...state.segments.values()].flatMap(({ document }) => listsIn(document));
}
