/** The state in hand, and what the server's words make of it: another state, taken whole, or none. Pure. */
import {
  applyDelta,
  checksumAfter,
  checksumOf,
  isRecord,
  type Ruleset,
  type RulesetDocument,
  versionOf,
} from "@bannerol/core";
import type { DeltaMessage, StateIdentity } from "@bannerol/protocol";

export interface Held {
  readonly ruleset: Ruleset;
  readonly checksum: number;
}

/** Why something is no state for this client: known already; does not continue the state in hand; is none at all. */
export type Unfit = "covered" | "misfit" | "unreadable";

export const identityOf = ({ ruleset: { epoch, revision }, checksum }: Held): StateIdentity => ({
  epoch,
  revision,
  checksum,
});

export const isSame = (a: StateIdentity, b: StateIdentity): boolean =>
  a.epoch === b.epoch && a.revision === b.revision && a.checksum === b.checksum;

export const rulesetFrom = (document: RulesetDocument): Ruleset => ({
  ...document,
  flags: new Map(Object.entries(document.flags)),
  segments: new Map(Object.entries(document.segments)),
});

/** Within an epoch revisions never go back; another epoch's state replaces ours whatever its number. */
export function withRuleset(held: Held | undefined, document: RulesetDocument): Held | Unfit {
  const have = held?.ruleset;
  if (have?.epoch === document.epoch && document.revision < have.revision) return "covered";
  const ruleset = rulesetFrom(document);
  return { ruleset, checksum: checksumOf(ruleset) };
}

export function withDelta(held: Held | undefined, delta: DeltaMessage): Held | Unfit {
  if (held === undefined || isOfAnother(held, delta)) return "misfit";
  const { ruleset, checksum } = held;
  if (delta.to <= ruleset.revision) return "covered";
  if (delta.from !== ruleset.revision || !leadsWhereItSays(delta)) return "misfit";
  if (checksumAfter(checksum, ruleset, delta) !== delta.checksum) return "misfit";
  return { ruleset: applyDelta(ruleset, delta), checksum: delta.checksum };
}

/** Numbers of another epoch mean nothing here, even where they fit. */
export const isOfAnother = ({ ruleset }: Held, { epoch = ruleset.epoch }: DeltaMessage): boolean =>
  epoch !== ruleset.epoch;

/** The newest version in a delta is where it leads; what only goes leaves no trace of when. */
function leadsWhereItSays({ flags, segments, to }: DeltaMessage): boolean {
  const documents = [...Object.values(flags), ...Object.values(segments)];
  const versions = documents.map((document) => (document === null ? undefined : versionOf(document)));
  const newest = Math.max(...versions.map((version = -1) => version));
  return newest === to || (newest < to && versions.includes(undefined));
}

/** A snapshot that belies its checksum is none. */
export const announced = (next: Held | Unfit, checksum: number): Held | Unfit =>
  isRecord(next) && next.checksum !== checksum ? "unreadable" : next;
