/** What of a change its moves alone do not tell, in words. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { BucketMove, PreviewWarning } from "@bannerol/protocol/schemas";
import type { FlagDocument, StoredServe, TargetingDocument } from "../../state/documents.ts";
import { listed } from "../listed.ts";
import { hashesOtherwise } from "./moves.ts";

export interface Previewed {
  readonly flag: FlagDocument;
  readonly before: TargetingDocument;
  readonly after: TargetingDocument;
  readonly moves: readonly BucketMove[];
  /** Other flags whose results may differ. */
  readonly affects: readonly string[];
}

export function warningsOf(previewed: Previewed): PreviewWarning[] {
  return [
    ...disabled(previewed),
    ...reshuffled(previewed),
    ...takenAway(previewed),
    ...rulesDiffer(previewed),
    ...conditionsDiffer(previewed),
    ...reachesOthers(previewed),
  ];
}

function disabled({ flag, before, after }: Previewed): readonly PreviewWarning[] {
  if (before.enabled || after.enabled) return [];
  const message = `The flag is disabled here and stays so: everybody is served ${flag.key}'s off variant ${after.off}.`;
  return [{ code: "disabled", message }];
}

function reshuffled({ flag, before, after }: Previewed): readonly PreviewWarning[] {
  const known = new Map(before.rules.map(({ id, serve }) => [id, serve]));
  const places: readonly (readonly [name: string, before: StoredServe | undefined, after: StoredServe])[] = [
    ...after.rules.map(({ id, serve }) => [`the rule ${id}`, known.get(id), serve] as const),
    ["the fallthrough", before.fallthrough, after.fallthrough],
  ];
  return places.flatMap(([name, earlier, serve]) => {
    if (earlier === undefined || !hashesOtherwise(earlier, serve, flag)) return [];
    const message = `Another seed or bucketBy reshuffles ${name}: who is served which variant is drawn anew.`;
    return [{ code: "reshuffled", message } as const];
  });
}

/** To lose a variant is what people notice: a rollout on its way up takes nothing from anybody. */
function takenAway({ after, moves }: Previewed): readonly PreviewWarning[] {
  return moves
    .filter(({ from, to }) => from !== after.off && to === after.off)
    .map(({ ruleId, from, to, share }) => {
      const where = ruleId === undefined ? "the fallthrough" : `the rule ${ruleId}`;
      const message = `${percent(share)} of ${where} lose ${from} and are served ${to}.`;
      return { code: "taken_away", message } as const;
    });
}

function rulesDiffer({ before, after }: Previewed): readonly PreviewWarning[] {
  const [earlier, later] = [before, after].map(({ rules }) => rules.map(({ id }) => id));
  if (earlier === undefined || later === undefined || isDeepStrictEqual(earlier, later)) return [];
  const added = later.filter((id) => !earlier.includes(id));
  const removed = earlier.filter((id) => !later.includes(id));
  const parts = [
    ...(added.length > 0 ? [`new: ${listed(added)}`] : []),
    ...(removed.length > 0 ? [`gone: ${listed(removed)}`] : []),
    ...(added.length + removed.length === 0 ? ["another order"] : []),
  ];
  const message = `The rules differ (${parts.join("; ")}). Whom that moves depends on who matches: see contexts.`;
  return [{ code: "rules_differ", message }];
}

function conditionsDiffer({ before, after }: Previewed): readonly PreviewWarning[] {
  const known = new Map(before.rules.map(({ id, when }) => [id, when]));
  const changed = after.rules.filter(({ id, when }) => known.has(id) && !isDeepStrictEqual(known.get(id), when));
  const asksOtherwise =
    !isDeepStrictEqual(before.targets, after.targets) || !isDeepStrictEqual(before.prerequisites, after.prerequisites);
  if (changed.length === 0 && !asksOtherwise) return [];
  const what = [
    ...changed.map(({ id }) => `the condition of ${id}`),
    ...(asksOtherwise ? ["targets or prerequisites"] : []),
  ];
  return [{ code: "conditions_differ", message: `Other contexts match than before: ${listed(what)}. See contexts.` }];
}

function reachesOthers({ affects }: Previewed): readonly PreviewWarning[] {
  if (affects.length === 0) return [];
  const message = `Flags that depend on this one may serve otherwise too: ${listed(affects)}.`;
  return [{ code: "reaches_others", message }];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
