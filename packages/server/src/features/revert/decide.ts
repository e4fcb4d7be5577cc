/**
 * What becomes of a revert: documents as they were, layouts included, if they still make sense today. Pure.
 *
 *     then: a state of the past ─┐
 *     now:  the newest state ────┴─► items as they were then ─► checked against today's flags, segments, variants
 *
 * It undoes no creation: what was not there yet is refused by name. Of a whole environment, flags that were made since
 * go back to a new flag's targeting: then, nobody was served anything of them.
 */
import { checkTargeting, type Finding } from "@bannerol/core";
import type { DecidedList } from "../../log/decision.ts";
import { differing } from "../../log/proposal.ts";
import type { FlagDocument, Item, TargetingDocument } from "../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { type Decided, type Refused, refused, refusedFor } from "../decision.ts";
import { flagNotFound } from "../reading.ts";
import { checkReferencesOf } from "../references.ts";
import { endOfPredecessor } from "../targeting/ends.ts";
import { formOf } from "../targeting/form.ts";
import { storedNewTargeting } from "../targeting/new-targeting.ts";
import type { PreparedLists } from "./lists.ts";

/** What is to be as it was. */
export type RevertTarget =
  | { readonly kind: "flag" | "segment" | "environment"; readonly key: string }
  | { readonly kind: "targeting"; readonly key: string; readonly environment: string };

export interface RevertCommand {
  readonly target: RevertTarget;
  readonly then: ProjectState;
  /** Whether the key of another flag of today may be taken, and whether the caller is one who may. */
  readonly reuse: boolean;
  readonly mayReuse: boolean;
  /** The lists of a segment as they were, staged. */
  readonly lists: Pick<PreparedLists, "in">;
}

/** Answers with the items that are different afterwards. */
export function decideRevert(now: ProjectState, command: RevertCommand): Decided<readonly Item[]> {
  const found = itemsThen(now, command);
  if ("ok" in found) return found;
  const { items, lists } = withLists(now, found, command);
  const changed = differing(now, items);
  const action = `${command.target.kind}.revert`;
  return checkReferencesOf(now, changed) ?? { ok: true, action, items: changed, lists, result: changed };
}

/** A segment's lists come back by what leads there from their newest versions. */
function withLists(now: ProjectState, items: readonly Item[], { target, lists }: RevertCommand) {
  const decided: DecidedList[] = [];
  const named = items.map((item): Item => {
    if (target.kind !== "segment" || item.kind !== "segment" || item.after === null) return item;
    const then = lists.in(item.after, now);
    decided.push(...then.lists);
    return { ...item, after: then.segment };
  });
  return { items: named, lists: decided };
}

/** The newest revision among the documents that a revert is about: what `If-Match` speaks of. */
export function newestOf(state: ProjectState, target: RevertTarget): number | undefined {
  const revisions = documentsOf(state, target).flatMap((found) => found?.revision ?? []);
  return revisions.length === 0 ? undefined : Math.max(...revisions);
}

function documentsOf(state: ProjectState, target: RevertTarget) {
  switch (target.kind) {
    case "targeting":
      return [targetingOf(state, target.key, target.environment)];
    case "segment":
      return [state.segments.get(target.key)];
    case "flag":
      return [
        state.flags.get(target.key),
        ...[...state.environments.keys()].map((environment) => targetingOf(state, target.key, environment)),
      ];
    case "environment":
      return [state.environments.get(target.key), ...(state.targetings.get(target.key)?.values() ?? [])];
  }
}

function itemsThen(now: ProjectState, command: RevertCommand): readonly Item[] | Refused {
  const { target, then } = command;
  switch (target.kind) {
    case "flag":
      return flagThen(now, target.key, command);
    case "targeting":
      return targetingThen(now, then, target);
    case "segment":
      return segmentThen(then, target.key);
    case "environment":
      return environmentThen(now, then, target.key);
  }
}

function flagThen(now: ProjectState, key: string, command: RevertCommand): readonly Item[] | Refused {
  const { then } = command;
  const flag = then.flags.get(key)?.document;
  if (flag === undefined) return notThere(then, "flag", key, "Name a later revision, or archive the flag.");
  const taken = refuseTakenKey(now, flag, command);
  if (taken !== undefined) return taken;
  const findings: Finding[] = [];
  const items: Item[] = [{ kind: "flag", key, environment: "", after: flag }];
  for (const environment of now.environments.keys()) {
    const was = targetingOf(then, key, environment)?.document;
    if (was !== undefined) items.push({ kind: "targeting", key, environment, after: was });
    const kept = was ?? targetingOf(now, key, environment)?.document;
    if (kept !== undefined) findings.push(...findingsOf(kept, flag, `environments.${environment}`));
  }
  const today = now.flags.get(key)?.document;
  if (today !== undefined && !isSameFlag(today, flag)) items.push(...endOfPredecessor(now, key));
  return refusedFor(`The flag of revision ${then.revision}`, findings) ?? items;
}

/** Code that asks for the key would be served by a flag that it does not mean. */
function refuseTakenKey(now: ProjectState, flag: FlagDocument, command: RevertCommand): Refused | undefined {
  const today = now.flags.get(flag.key)?.document;
  if (today === undefined || isSameFlag(today, flag)) return undefined;
  const { then, reuse, mayReuse } = command;
  if (!reuse) {
    const detail = `At revision ${then.revision} ${flag.key} was another flag: it was archived, and its key was taken again since. Name a later revision, or, as an admin, send reuseArchivedKey: true.`;
    return refused("key_archived", detail);
  }
  return mayReuse
    ? undefined
    : refused("not_allowed", `Only an admin may bring back a flag whose key ${flag.key} another one has taken since.`);
}

/** A flag keeps its type and its seed for life. */
function isSameFlag(a: FlagDocument, b: FlagDocument): boolean {
  return a.type === b.type && a.seed === b.seed;
}

function targetingThen(
  now: ProjectState,
  then: ProjectState,
  { key, environment }: Extract<RevertTarget, { kind: "targeting" }>,
): readonly Item[] | Refused {
  const flag = now.flags.get(key)?.document;
  if (flag === undefined) return flagNotFound(now, key);
  if (flag.archivedAt !== undefined) {
    return refused("flag_archived", `The flag ${key} is archived, and so disabled everywhere. Restore it first.`);
  }
  const flagWas = then.flags.get(key)?.document;
  const was = targetingOf(then, key, environment)?.document;
  if (flagWas === undefined || was === undefined) {
    return notThere(then, "flag", `${key} in ${environment}`, "Name a later revision, or disable the flag.");
  }
  if (!isSameFlag(flag, flagWas)) {
    const detail = `At revision ${then.revision} ${key} was another flag, whose key was taken again since: what ${environment} did with that one is not for this one. Name a later revision.`;
    return refused("key_archived", detail);
  }
  const wrong = refusedFor(`The targeting of revision ${then.revision}`, findingsOf(was, flag, ""));
  return wrong ?? [{ kind: "targeting", key, environment, after: was }];
}

function segmentThen(then: ProjectState, key: string): readonly Item[] | Refused {
  const segment = then.segments.get(key)?.document;
  if (segment === undefined) return notThere(then, "segment", key, "Name a later revision, or delete the segment.");
  return [{ kind: "segment", key, environment: "", after: segment }];
}

function environmentThen(now: ProjectState, then: ProjectState, environment: string): readonly Item[] | Refused {
  if (!then.environments.has(environment)) return notThere(then, "environment", environment, "Name a later revision.");
  const findings: Finding[] = [];
  const items: Item[] = [];
  for (const [key, { document: flag }] of now.flags) {
    if (flag.archivedAt !== undefined) continue;
    const flagWas = then.flags.get(key)?.document;
    const isKnown = flagWas !== undefined && isSameFlag(flag, flagWas);
    const was = isKnown ? targetingOf(then, key, environment)?.document : undefined;
    const after = was ?? storedNewTargeting(flag);
    findings.push(...findingsOf(after, flag, `flags.${key}`));
    items.push({ kind: "targeting", key, environment, after });
  }
  return refusedFor(`The environment of revision ${then.revision}`, findings) ?? items;
}

function findingsOf(targeting: TargetingDocument, flag: FlagDocument, place: string): readonly Finding[] {
  const findings = checkTargeting(formOf(targeting), flag);
  if (place === "") return findings;
  return findings.map((finding) => ({ ...finding, path: finding.path === "" ? place : `${place}.${finding.path}` }));
}

function notThere(then: ProjectState, noun: string, name: string, way: string): Refused {
  return refused("not_found", `At revision ${then.revision} there was no ${noun} ${name} that can be read. ${way}`);
}
