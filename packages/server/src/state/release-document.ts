/** What the history holds of progressive delivery: releases, and changes that wait for their time. */
import type { JsonValue, Weights } from "@bannerol/core";
import type { Guard } from "../features/releases/judge/guard.ts";
import type { StoredServe } from "./documents.ts";

/**
 * - `scheduled`: it begins at `startsAt`.
 * - `running`: its step is held, and its guards are judged.
 * - `paused`: its share stays, and its guards are judged, but no step begins.
 * - the others are ends.
 */
export const releaseStates = ["scheduled", "running", "paused", "completed", "rolledBack", "aborted"] as const;
export type ReleaseState = (typeof releaseStates)[number];

export interface ReleaseStep {
  /** Of the rollout that the release owns: 0 to 100. */
  readonly percentage: number;
  /** For so long its guards must hold before the next step begins. */
  readonly holdMs: number;
  /** It begins only once somebody has approved it. */
  readonly approval?: boolean;
}

/** What the release found, and brings back. */
export interface BeforeRelease {
  readonly enabled: boolean;
  /** With its layout. */
  readonly fallthrough: StoredServe;
}

/** The newest release of a flag in an environment. */
export interface ReleaseDocument {
  /** 8 lower-case letters and digits. */
  readonly id: string;
  readonly state: ReleaseState;
  /** Parts of the treated share by variant. */
  readonly serves: Weights;
  /** Only those in it: the release owns the rule `release-<id>`, else the fallthrough. */
  readonly segment?: string;
  /** Who stays together, where the release says so: the attribute that is hashed. */
  readonly bucketBy?: string;
  readonly steps: readonly ReleaseStep[];
  readonly guards: readonly Guard[];
  readonly onBreach: "rollback" | "pause";
  readonly onInconclusive: "pause" | "advance" | "rollback";
  /** After so long without a verdict a step is inconclusive; ten holds unless named. */
  readonly maxHoldMs?: number;
  /** Epoch milliseconds; while it is `scheduled`. */
  readonly startsAt?: number;
  /** How many approved that it begins by itself, where the environment asked for it. */
  readonly approvals?: number;
  /** Who asked for it. */
  readonly by?: string;
  /** The step in force, from 0. */
  readonly step: number;
  /** When the step began, or went on after a pause: epoch milliseconds. */
  readonly since: number;
  /** For how long the step had been held before that. */
  readonly heldMs: number;
  /** The step up to which approvals were given. */
  readonly approved: number;
  /** Of `paused`: an actor's name, or `guards`. */
  readonly pausedBy?: string;
  /** Why it stands where it stands. */
  readonly reason?: string;
  /** Since it began. */
  readonly before?: BeforeRelease;
}

interface ScheduleBase {
  readonly id: string;
  readonly flag: string;
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Who asked for it. */
  readonly by: string;
  /** How many approved it, where the environment asked for it. */
  readonly approvals?: number;
  readonly comment?: string;
}

/** A change that waits: it leaves the documents when it is applied, cancelled, or applies no longer. */
export type ScheduleDocument = ScheduleBase &
  ({ readonly change: { readonly [field: string]: JsonValue } } | { readonly kill: true });
