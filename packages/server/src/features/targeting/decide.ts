/** What becomes of a flag's targeting in one environment. Pure. */
import { checkTargeting } from "@bannerol/core";
import { type TargetingFields, targetingFieldsSchema } from "@bannerol/protocol/schemas";
import { fieldProblems } from "../../http/read.ts";
import type { FlagDocument, Item, TargetingDocument } from "../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { type Decided, refused, refusedFor } from "../decision.ts";
import { flagNotFound } from "../reading.ts";
import { checkReferencesOf } from "../references.ts";
import { type EarlierRollouts, formOf, layOut } from "./form.ts";
import { newTargeting, storedNewTargeting } from "./new-targeting.ts";

/** Which targeting, and what a decision on it cannot make itself. */
export interface TargetingCommand {
  readonly flag: string;
  readonly environment: string;
  readonly earlier: EarlierRollouts;
  readonly freshId: () => string;
}

/** Fields as they came, not yet looked at. */
export type RawFields = { readonly [K in keyof TargetingFields]?: unknown };

/** The targeting becomes what is given, whole. */
export function putTargeting(state: ProjectState, command: TargetingCommand, fields: RawFields): Decided<undefined> {
  return decideWith(state, command, "targeting.update", () => fields);
}

/** Each field that is named is replaced whole; `null` resets it to a new flag's. */
export function patchTargeting(state: ProjectState, command: TargetingCommand, patch: RawFields): Decided<undefined> {
  return decideWith(state, command, "targeting.update", (before, flag) => {
    const fresh: RawFields = newTargeting(flag);
    const named = Object.entries(patch).map(([name, value]) => [name, value ?? fieldOf(fresh, name)]);
    return { ...formOf(before), ...Object.fromEntries(named) };
  });
}

function fieldOf(fields: RawFields, name: string): unknown {
  return Object.entries(fields).find(([field]) => field === name)?.[1];
}

/** Goes through the checks and layouts that every new targeting has to go through. */
export function decideWith(
  state: ProjectState,
  command: TargetingCommand,
  action: string,
  next: (before: TargetingDocument, flag: FlagDocument) => RawFields,
): Decided<undefined> {
  const found = find(state, command);
  if ("ok" in found) return found;
  const { flag, before } = found;
  if (flag.archivedAt !== undefined) return archived(flag.key);
  const raw = next(before, flag);
  const wrong = refusedFor("The targeting", checkTargeting(raw, flag));
  if (wrong !== undefined) return wrong;
  const fields = targetingFieldsSchema.safeParse(raw);
  if (!fields.success) return refused("invalid", "The targeting is not valid.", fieldProblems(fields.error));
  const after = layOut(fields.data, { ...command, flag, before });
  const item: Item = { kind: "targeting", key: flag.key, environment: command.environment, after };
  return checkReferencesOf(state, [item]) ?? { ok: true, action, items: [item], result: undefined };
}

/** The switch. Nothing but `enabled` is looked at, so it works whatever else is wrong; off works for archived flags too. */
export function switchFlag(
  state: ProjectState,
  command: Pick<TargetingCommand, "flag" | "environment">,
  action: "flag.enable" | "flag.disable" | "flag.kill",
): Decided<undefined> {
  const found = find(state, command);
  if ("ok" in found) return found;
  const enabled = action === "flag.enable";
  if (enabled && found.flag.archivedAt !== undefined) return archived(command.flag);
  const after = { ...found.before, enabled };
  const item: Item = { kind: "targeting", key: command.flag, environment: command.environment, after };
  return { ok: true, action, items: [item], result: undefined };
}

/** The flag, and its targeting as it is; one that is missing or cannot be read counts as a new flag's, to be repaired. */
function find(state: ProjectState, { flag: key, environment }: Pick<TargetingCommand, "flag" | "environment">) {
  const flag = state.flags.get(key)?.document;
  if (flag === undefined) return flagNotFound(state, key);
  return { flag, before: targetingOf(state, key, environment)?.document ?? storedNewTargeting(flag) };
}

function archived(key: string) {
  return refused("flag_archived", `The flag ${key} is archived, and so disabled everywhere. Restore it first.`);
}
