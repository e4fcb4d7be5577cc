/**
 * What becomes of a change set: all of it, or nothing. Pure.
 *
 *     names ─► revisions ─► environments, flags, segments, targetings, each by itself ─► references among all
 *       └──────────┴──────────────── everything that is wrong, with its place ────────────────┘
 */
import type { ChangeSetItem } from "@bannerol/protocol/schemas";
import { differing } from "../../../log/proposal.ts";
import { type Item, type ItemKind, type ItemName, itemId } from "../../../state/documents.ts";
import type { ProjectState } from "../../../state/project-state.ts";
import type { Decided } from "../../decision.ts";
import { revisionOf } from "../../reading.ts";
import { type BrokenReference, brokenReferences } from "../../references.ts";
import {
  checkKeptTargetings,
  type Desk,
  putNewTargetings,
  readEnvironmentItem,
  readFlagItem,
  readSegmentItem,
  readTargetingItem,
  type SetInput,
} from "./documents.ts";
import { ProjectDraft } from "./draft.ts";
import { type NamedItem, nameItems } from "./items.ts";
import { placeAfter, placeOf, refusedSet, type SetProblem } from "./problems.ts";

/** Answers with the items that are different afterwards, those that the set implies included. */
export function decideChangeSet(
  state: ProjectState,
  items: readonly ChangeSetItem[],
  input: SetInput,
): Decided<readonly Item[]> {
  const { named, problems } = nameItems(items);
  const outdated = refusedSet(problems) ?? refusedSet(named.flatMap((item) => revisionProblem(state, item)));
  if (outdated !== undefined) return outdated;
  const draft = new ProjectDraft(state);
  const mentioned = new Set(named.map(({ name }) => itemId(name)));
  const wrong = refusedSet(readAll(named, { state, draft, input, mentioned }));
  if (wrong !== undefined) return wrong;
  putNewTargetings(draft);
  const changed = differing(state, draft.items);
  const broken = refusedSet(referenceProblems(brokenReferences(state, changed), named));
  return broken ?? { ok: true, action: "change.apply", items: changed, result: changed };
}

function revisionProblem(state: ProjectState, { index, name, ifRevision }: NamedItem): SetProblem[] {
  const found = revisionOf(state, name) ?? 0;
  if (ifRevision === undefined || ifRevision === found) return [];
  const message =
    found === 0
      ? "It is not there."
      : ifRevision === 0
        ? `It is there, at revision ${found}.`
        : `It is at revision ${found} now.`;
  return [{ path: placeOf(index, "ifRevision"), message, code: "precondition_failed" }];
}

/** Each kind after those that it looks at. */
function readAll(named: readonly NamedItem[], desk: Desk): readonly SetProblem[] {
  const ofKind = (kind: ItemKind): readonly NamedItem[] => named.filter(({ name }) => name.kind === kind);
  const flags = ofKind("flag");
  return [
    ...ofKind("environment").flatMap((item) => readEnvironmentItem(item, desk)),
    ...flags.flatMap((item) => readFlagItem(item, desk)),
    ...ofKind("segment").flatMap((item) => readSegmentItem(item, desk)),
    ...ofKind("targeting").flatMap((item) => readTargetingItem(item, desk)),
    ...flags.flatMap((item) => checkKeptTargetings(item, desk)),
  ];
}

/** A reference is told in the item that holds it; in a document that the set does not name, by that document's name. */
function referenceProblems(broken: readonly BrokenReference[], named: readonly NamedItem[]): readonly SetProblem[] {
  const indexes = new Map(named.map(({ index, name }) => [itemId(name), index]));
  const problems = new Map<string, SetProblem>();
  for (const { kind, key, environment, path, message, limit } of broken) {
    const name: ItemName =
      kind === "flag" ? { kind: "targeting", key, environment } : { kind: "segment", key, environment: "" };
    const index = indexes.get(itemId(name));
    const there = index === undefined ? `${kind}s.${key}${path === "" ? "" : `.${path}`}` : placeAfter(index, path);
    const told = index === undefined ? `In ${environment}: ${message}` : message;
    const problem = { path: there, message: told, ...(limit && { limit }) };
    problems.set(JSON.stringify(problem), problem);
  }
  return [...problems.values()];
}
