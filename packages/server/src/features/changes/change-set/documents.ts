/** The documents of a change set, one kind after the other: each is read, checked by itself and put into the draft. */
import { checkTargeting, type Finding, type KeyLists } from "@bannerol/core";
import {
  environmentAfterSchema,
  flagAfterSchema,
  segmentAfterSchema,
  targetingAfterSchema,
  targetingFieldsSchema,
} from "@bannerol/protocol/schemas";
import { z } from "zod";
import { fieldProblems } from "../../../http/read.ts";
import { type FlagDocument, type ItemName, itemId } from "../../../state/documents.ts";
import type { ProjectState } from "../../../state/project-state.ts";
import { MAX_ENVIRONMENTS } from "../../environments/decide.ts";
import { MAX_FLAGS, readDefinition, wholeDefinition } from "../../flags/decide.ts";
import { emptySegment, readSegment } from "../../segments/decide.ts";
import { type EarlierRollouts, formOf, layOut } from "../../targeting/form.ts";
import { storedNewTargeting } from "../../targeting/new-targeting.ts";
import type { ProjectDraft } from "./draft.ts";
import type { NamedItem } from "./items.ts";
import { placeAfter, placeOf, type SetProblem } from "./problems.ts";

/** What a decision on a change set cannot make itself. */
export interface SetInput {
  /** Epoch milliseconds, for flags that are archived. */
  readonly at: number;
  /** Drawn for each new flag that names none. */
  readonly freshSeed: () => number;
  readonly freshId: () => string;
  /** The long lists of keys that the state names. */
  readonly lists: KeyLists;
  /** Layouts of before, of those targetings that may need them, by the item's index. */
  readonly earlier: ReadonlyMap<number, EarlierRollouts>;
}

/** What one kind of document needs to be put. */
export interface Desk {
  readonly state: ProjectState;
  readonly draft: ProjectDraft;
  readonly input: SetInput;
  /** The documents that the set names, by `itemId`, whether or not they could be read. */
  readonly mentioned: ReadonlySet<string>;
}

type Reading = (item: NamedItem, desk: Desk) => readonly SetProblem[];

/** What core's checks look at is left unread by the schemas: they say more. */
const open = z.unknown().optional();
const flagEnvelope = flagAfterSchema.extend({ variants: open });
const segmentEnvelope = segmentAfterSchema.extend({ included: open, excluded: open, when: open });
const targetingEnvelope = targetingAfterSchema.extend({
  enabled: open,
  off: open,
  prerequisites: open,
  targets: open,
  rules: open,
  fallthrough: open,
});

export const readEnvironmentItem: Reading = ({ index, name: { key }, after }, { state, draft }) => {
  if (after === null) return [{ path: placeOf(index, "after"), message: "An environment is never removed." }];
  const read = environmentAfterSchema.safeParse(after);
  if (!read.success) return within(index, fieldProblems(read.error));
  const before = state.environments.get(key)?.document;
  const position = draft.environments().length;
  const now = { approvals: 0, ...(before ?? { key, name: key, position, protected: false }) };
  const fixed = (["key", "position", "protected", "approvals"] as const).filter(
    (field) => read.data[field] !== undefined && read.data[field] !== now[field],
  );
  if (fixed.length > 0) {
    return fixed.map((field) => ({
      path: placeAfter(index, field),
      message: `It is ${JSON.stringify(now[field])}, and a change set does not alter it. Leave it out.`,
    }));
  }
  if (before === undefined && position >= MAX_ENVIRONMENTS) {
    return [tooMany(index, `A project has at most ${MAX_ENVIRONMENTS} environments.`)];
  }
  draft.putEnvironment({ ...(before ?? { key, position, protected: false }), name: read.data.name ?? now.name });
  return [];
};

export const readFlagItem: Reading = ({ index, name: { key }, after }, { state, draft, input }) => {
  if (after === null) return [{ path: placeOf(index, "after"), message: NOT_REMOVED }];
  const read = flagEnvelope.safeParse(after);
  if (!read.success) return within(index, fieldProblems(read.error));
  const { archivedAt, leftAt: _told, revision: _ignored, head: _ignoredToo, ...fields } = read.data;
  const before = state.flags.get(key)?.document;
  const named = { key, ...(before === undefined ? {} : { type: before.type, seed: before.seed }), ...fields };
  const whole = wholeDefinition(named, before?.seed ?? input.freshSeed());
  const different = before === undefined ? [] : identityProblems(index, before, whole);
  if (whole.key !== key)
    return [{ path: placeAfter(index, "key"), message: `It must be ${key}, as the item names it.` }];
  if (different.length > 0) return different;
  if (before === undefined && draft.flagCount >= MAX_FLAGS) {
    return [tooMany(index, `A project has at most ${MAX_FLAGS} flags.`)];
  }
  const left = before?.leftAt === undefined ? {} : { leftAt: before.leftAt };
  const archived = archivedAt === undefined ? {} : { archivedAt: before?.archivedAt ?? input.at, ...left };
  const flag = readDefinition({ ...whole, ...archived });
  if (!("key" in flag)) return within(index, flag);
  draft.putFlag(flag);
  return [];
};

/** A flag is the same flag by its type and its seed: what else bears its key would be served to code that asks for it. */
function identityProblems(
  index: number,
  before: FlagDocument,
  after: Pick<FlagDocument, "type" | "seed">,
): SetProblem[] {
  const archived = before.archivedAt !== undefined;
  return (["type", "seed"] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => ({
      path: placeAfter(index, field),
      message: archived
        ? `The key ${before.key} belonged to a flag that is archived. Choose another key, or make the flag by itself with reuseArchivedKey.`
        : `It is ${JSON.stringify(before[field])} and stays so. Make another flag, with another key.`,
      ...(archived ? { code: "key_archived" as const } : {}),
    }));
}

export const readSegmentItem: Reading = ({ index, name: { key }, after }, { state, draft, input }) => {
  if (after === null) {
    if (!state.segments.has(key))
      return [{ path: placeOf(index, "segment"), message: `There is no segment ${key} to remove.` }];
    draft.putSegment(key, null);
    return [];
  }
  const read = segmentEnvelope.safeParse(after);
  if (!read.success) return within(index, fieldProblems(read.error));
  const { revision: _ignored, head: _ignoredToo, ...fields } = read.data;
  if (fields.key !== undefined && fields.key !== key) {
    return [{ path: placeAfter(index, "key"), message: `It must be ${key}, as the item names it.` }];
  }
  const segment = readSegment({ ...emptySegment, ...fields, key }, { state, lists: input.lists });
  if (!("key" in segment)) return within(index, segment);
  draft.putSegment(key, segment);
  return [];
};

export const readTargetingItem: Reading = ({ index, name: { key, environment }, after }, desk) => {
  const { draft, input } = desk;
  const flag = draft.flag(key);
  if (flag === undefined) return missing(index, { kind: "flag", key, environment: "" }, desk);
  if (draft.environment(environment) === undefined) {
    return missing(index, { kind: "environment", key: environment, environment: "" }, desk);
  }
  if (after === null)
    return [{ path: placeOf(index, "after"), message: "A targeting is never removed. Disable the flag." }];
  if (flag.archivedAt !== undefined && !draft.hasPutFlag(key)) {
    return [
      {
        path: placeOf(index, "flag"),
        message: `The flag ${key} is archived. Restore it first.`,
        code: "flag_archived",
      },
    ];
  }
  const read = targetingEnvelope.safeParse(after);
  if (!read.success) return within(index, fieldProblems(read.error));
  const { revision: _ignored, head: _ignoredToo, ...raw } = read.data;
  const findings = checkTargeting(raw, flag);
  if (findings.length > 0) return within(index, findings);
  const fields = targetingFieldsSchema.safeParse(raw);
  if (!fields.success) return within(index, fieldProblems(fields.error));
  const before = draft.targeting(key, environment) ?? storedNewTargeting(flag);
  const earlier: EarlierRollouts = input.earlier.get(index) ?? new Map();
  draft.putTargeting(key, environment, layOut(fields.data, { flag, before, earlier, freshId: input.freshId }));
  return [];
};

/** The targetings of a changed flag that the set leaves as they are must make sense with its new variants. */
export const checkKeptTargetings: Reading = ({ index, name: { key } }, { draft }) => {
  const flag = draft.flag(key);
  if (flag === undefined) return [];
  return draft.environments().flatMap((environment) => {
    const kept = draft.hasPutTargeting(key, environment) ? undefined : draft.targeting(key, environment);
    const findings = kept === undefined ? [] : checkTargeting(formOf(kept), flag);
    return findings.map(({ path, message }) => ({
      path: placeAfter(index, "variants"),
      message: `In ${environment}, at ${path}: ${message}`,
    }));
  });
};

/** A new flag starts in every environment, and every flag in a new environment, as a new flag does: disabled. */
export function putNewTargetings(draft: ProjectDraft): void {
  const start = (flag: FlagDocument, environments: readonly string[]): void => {
    for (const environment of environments) {
      if (draft.hasPutTargeting(flag.key, environment)) continue;
      draft.putTargeting(flag.key, environment, storedNewTargeting(flag));
    }
  };
  const everywhere = draft.environments();
  for (const flag of draft.newFlags()) start(flag, everywhere);
  const added = draft.newEnvironments();
  if (added.length > 0) for (const flag of draft.flags()) start(flag, added);
}

const NOT_REMOVED = "A flag is never removed: code may ask for it. Archive it: give it with archivedAt.";

/** One that the set names and that is wrong itself is told there alone. */
function missing(index: number, name: ItemName, { mentioned }: Desk): readonly SetProblem[] {
  if (mentioned.has(itemId(name))) return [];
  const message = `There is no ${name.kind} ${name.key}, neither in the project nor in this change set.`;
  return [{ path: placeOf(index, name.kind), message }];
}

function tooMany(index: number, message: string): SetProblem {
  return { path: placeOf(index), message, limit: true };
}

function within(index: number, findings: readonly Finding[]): readonly SetProblem[] {
  return findings.map((finding) => ({ ...finding, path: placeAfter(index, finding.path) }));
}
