/** Which flags nothing is decided by any more, past their time. Pure. */
import { LIFETIME_DAYS } from "@bannerol/protocol/schemas";
import type { FlagDocument, StoredServe, TargetingDocument } from "../../../state/documents.ts";
import { type ProjectState, targetingOf } from "../../../state/project-state.ts";
import { environmentsInOrder } from "../../environments/order.ts";

const DAY_MS = 24 * 60 * 60_000;
const WHOLE = 100_000;

export interface StaleFlagFound {
  readonly flag: FlagDocument;
  readonly lifetimeDays: number;
  /** Everybody gets this one in the last environment of the promotion order. */
  readonly serves?: string;
  readonly notAsked: boolean;
  /** Epoch milliseconds. */
  readonly lastAskedAt?: number;
}

export interface StaleInput {
  /** Epoch milliseconds. */
  readonly now: number;
  /** When an SDK last asked for a flag, in whichever environment. */
  readonly lastAsked: (flag: string) => number | undefined;
}

const lifetimeDaysOf = ({ kind, expectedLifetimeDays }: FlagDocument): number =>
  expectedLifetimeDays ?? LIFETIME_DAYS[kind];

/** Flags that would be stale if they are old enough, which the history knows; by key. */
export function idleFlags(state: ProjectState, { now, lastAsked }: StaleInput): readonly StaleFlagFound[] {
  const last = environmentsInOrder(state).at(-1)?.document.key;
  const flags = [...state.flags.values()]
    .map(({ document }) => document)
    .filter((flag) => flag.archivedAt === undefined);
  return flags
    .map((flag): StaleFlagFound => {
      const lifetimeDays = lifetimeDaysOf(flag);
      const lastAskedAt = lastAsked(flag.key);
      const notAsked = lastAskedAt === undefined || lastAskedAt < now - lifetimeDays * DAY_MS;
      const serves = last === undefined ? undefined : servedToAll(targetingOf(state, flag.key, last)?.document);
      return {
        flag,
        lifetimeDays,
        notAsked,
        ...(serves === undefined ? {} : { serves }),
        ...(lastAskedAt === undefined ? {} : { lastAskedAt }),
      };
    })
    .filter(({ notAsked, serves }) => notAsked || serves !== undefined)
    .sort((a, b) => (a.flag.key < b.flag.key ? -1 : 1));
}

/** The instant at which a flag has to have been there to be past its time. */
export const bornBefore = ({ lifetimeDays }: StaleFlagFound, now: number): number => now - lifetimeDays * DAY_MS;

function servedToAll(targeting: TargetingDocument | undefined): string | undefined {
  if (targeting?.enabled !== true) return undefined;
  const { prerequisites, targets, rules, fallthrough } = targeting;
  if (prerequisites.length + targets.length + rules.length > 0) return undefined;
  return oneVariantOf(fallthrough);
}

function oneVariantOf(serve: StoredServe): string | undefined {
  if ("variant" in serve) return serve.variant;
  return Object.entries(serve.rollout.weights).find(([, weight]) => weight === WHOLE)?.[0];
}
