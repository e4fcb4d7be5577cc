/** What becomes of a flag's definition. Pure. */
import { checkFlagDefinition, checkTargeting, type Finding } from "@bannerol/core";
import { type FlagCreate, type FlagPatch, targetingFieldsSchema, variantSchema } from "@bannerol/protocol/schemas";
import { z } from "zod";
import { fieldProblems } from "../../http/read.ts";
import type { FlagDocument, FlagVariant, Item } from "../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../state/project-state.ts";
import { type Decided, type Refused, refused, refusedFor } from "../decision.ts";
import { listed } from "../listed.ts";
import { flagNotFound } from "../reading.ts";
import { checkReferencesOf, usersOfFlag } from "../references.ts";
import { endOfPredecessor } from "../targeting/ends.ts";
import { formOf, layOut } from "../targeting/form.ts";
import { newTargeting } from "../targeting/new-targeting.ts";

export const MAX_FLAGS = 10_000;

/** What a decision on a new flag cannot make itself. */
export interface CreateInput {
  readonly flag: Omit<FlagCreate, "comment" | "variants" | "fallthrough"> & {
    readonly variants?: unknown;
    readonly fallthrough?: unknown;
  };
  /** Drawn for this flag; used where the caller names none. */
  readonly seed: number;
  /** Whether the caller may take the key of an archived flag. */
  readonly mayReuse: boolean;
  readonly freshId: () => string;
}

/** A new flag, disabled in every environment. Of an archived one whose key it takes, nothing goes on. */
export function createFlag(state: ProjectState, input: CreateInput): Decided<undefined> {
  const taken = refuseTakenKey(state, input);
  if (taken !== undefined) return taken;
  const flag = readDefinition(wholeDefinition(input.flag, input.seed));
  if (!("key" in flag)) return notValid(flag);
  const targetings = targetingsOf(state, flag, input);
  if ("ok" in targetings) return targetings;
  const ends = endOfPredecessor(state, flag.key);
  const items: Item[] = [{ kind: "flag", key: flag.key, environment: "", after: flag }, ...targetings, ...ends];
  return checkReferencesOf(state, items) ?? { ok: true, action: "flag.create", items, result: undefined };
}

const variantsSchema = z.array(variantSchema);

/** A definition, not yet looked at where a schema says too little. */
type RawDefinition = Omit<FlagDocument, "variants" | "expectedLifetimeDays"> & {
  readonly variants: unknown;
  readonly expectedLifetimeDays?: number | null;
};

/** What a caller named, and a new flag's defaults for the rest. */
export function wholeDefinition(flag: CreateInput["flag"], seed: number): RawDefinition {
  const { key, type = "boolean", kind = "release", description = "", tags = [], owner = "", clientSide = false } = flag;
  const variants = flag.variants ?? (type === "boolean" ? booleanVariants : undefined);
  const { expectedLifetimeDays } = flag;
  const lifetime = expectedLifetimeDays === undefined ? {} : { expectedLifetimeDays };
  return { key, type, kind, description, tags, owner, clientSide, seed: flag.seed ?? seed, variants, ...lifetime };
}

/** The definition, or what is wrong with it by itself. */
export function readDefinition({
  archivedAt,
  leftAt,
  expectedLifetimeDays,
  ...definition
}: RawDefinition): FlagDocument | readonly Finding[] {
  const findings = checkFlagDefinition(definition);
  if (findings.length > 0) return findings;
  const variants = variantsSchema.safeParse(definition.variants);
  if (!variants.success) return fieldProblems(variants.error);
  return {
    ...definition,
    variants: variants.data,
    ...(typeof expectedLifetimeDays === "number" ? { expectedLifetimeDays } : {}),
    ...(archivedAt === undefined ? {} : { archivedAt }),
    ...(leftAt === undefined ? {} : { leftAt }),
  };
}

function notValid(findings: readonly Finding[]): Refused {
  return refusedFor("The flag", findings) ?? refused("invalid", "The flag is not valid.");
}

const booleanVariants: readonly FlagVariant[] = [
  { key: "on", value: true },
  { key: "off", value: false },
];

function refuseTakenKey(state: ProjectState, { flag, mayReuse }: CreateInput): Refused | undefined {
  const { key, reuseArchivedKey = false } = flag;
  const existing = state.flags.get(key)?.document;
  if (existing === undefined) return state.flags.size < MAX_FLAGS ? undefined : tooManyFlags(state);
  if (existing.archivedAt === undefined) {
    return refused("already_exists", `There is a flag ${key} already. Change that one, or choose another key.`);
  }
  if (!reuseArchivedKey) {
    const detail = `The key ${key} belonged to a flag that is archived, and code may still ask for it. Restore that flag, choose another key, or, as an admin, send reuseArchivedKey: true.`;
    return refused("key_archived", detail);
  }
  return mayReuse
    ? undefined
    : refused("not_allowed", `Only an admin may take the key of the archived flag ${key} again.`);
}

function tooManyFlags(state: ProjectState): Refused {
  return refused(
    "limit_exceeded",
    `The project ${state.key} has ${MAX_FLAGS} flags, which is the limit. Remove some first.`,
  );
}

type TargetingItem = Extract<Item, { kind: "targeting" }>;

function targetingsOf(state: ProjectState, flag: FlagDocument, input: CreateInput): readonly TargetingItem[] | Refused {
  const { off, fallthrough } = input.flag;
  const raw = {
    ...newTargeting(flag),
    ...(off === undefined ? {} : { off }),
    ...(fallthrough === undefined ? {} : { fallthrough }),
  };
  const wrong = refusedFor("The flag", checkTargeting(raw, flag));
  if (wrong !== undefined) return wrong;
  const fields = targetingFieldsSchema.safeParse(raw);
  if (!fields.success) return refused("invalid", "The flag is not valid.", fieldProblems(fields.error));
  const after = layOut(fields.data, { flag, before: undefined, earlier: new Map(), freshId: input.freshId });
  return [...state.environments.keys()].map((environment) => ({
    kind: "targeting",
    key: flag.key,
    environment,
    after,
  }));
}

/** The fields of a definition that can change, not yet looked at where a schema says too little. */
export type PatchFields = Omit<FlagPatch, "comment" | "variants"> & { readonly variants?: unknown };

/** Each field that is named is replaced whole. Every targeting must still make sense with the new variants. */
export function patchFlag(state: ProjectState, key: string, patch: PatchFields): Decided<undefined> {
  const before = state.flags.get(key)?.document;
  if (before === undefined) return flagNotFound(state, key);
  const after = readDefinition({ ...before, variants: before.variants, ...patch });
  if (!("key" in after)) return notValid(after);
  return refuseBrokenTargetings(state, after) ?? put(after, "flag.update", state);
}

function refuseBrokenTargetings(state: ProjectState, flag: FlagDocument): Refused | undefined {
  for (const environment of state.environments.keys()) {
    const targeting = targetingOf(state, flag.key, environment)?.document;
    if (targeting === undefined) continue;
    const findings = checkTargeting(formOf(targeting), flag).map((finding) => ({
      ...finding,
      path: `environments.${environment}.${finding.path}`,
    }));
    const wrong = refusedFor("With these variants the flag's targeting", findings);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Archived: served as disabled while code still asks for it. Refused while another flag depends on it. */
export function archiveFlag(state: ProjectState, key: string, at: number): Decided<undefined> {
  const before = state.flags.get(key)?.document;
  if (before === undefined) return flagNotFound(state, key);
  const users = usersOfFlag(state, key);
  if (users.length > 0 && before.archivedAt === undefined) {
    const detail = `Flag ${key} is used by ${listed(users)}. Remove it there first.`;
    return refused("still_referenced", detail);
  }
  return put({ ...before, archivedAt: before.archivedAt ?? at }, "flag.archive", state);
}

/** Back as it was, also in the views that it had left: where it was enabled, it is enabled again. */
export function restoreFlag(state: ProjectState, key: string): Decided<undefined> {
  const before = state.flags.get(key)?.document;
  if (before === undefined) return flagNotFound(state, key);
  const { archivedAt: _archived, leftAt: _left, ...after } = before;
  return put(after, "flag.restore", state);
}

function put(after: FlagDocument, action: string, state: ProjectState): Decided<undefined> {
  const items: Item[] = [{ kind: "flag", key: after.key, environment: "", after }];
  return checkReferencesOf(state, items) ?? { ok: true, action, items, result: undefined };
}
