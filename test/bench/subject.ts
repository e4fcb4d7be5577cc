/** What is measured: one way to ask for flags, ours, a peer's, or the floor under both. */
import type { Flag, Scenario, User } from "./scenarios.ts";

/** One call for one of the scenario's users, by position. A peer that answers by promise is awaited, as it has to be. */
export type Call = (turn: number) => unknown;

export interface Prepared {
  readonly call: Call;
  readonly isAsync?: true;
  /** What the answers are once an application has taken out what it asked for; unless given, the answers themselves. */
  readonly read?: (answer: unknown) => unknown;
  readonly close?: () => unknown;
}

/** Ready to be asked for any flag of what it was started from. */
export interface Started {
  readonly ask: (flag: string) => unknown;
  readonly close?: () => unknown;
}

export interface Subject {
  readonly prepare: (scenario: Scenario, users: readonly User[]) => Promise<Prepared>;
  /** A ruleset with these flags as JSON text, in the subject's own form; and how to start from it. */
  readonly raw: (flags: readonly Flag[]) => string;
  readonly start: (text: string, user: User) => Promise<Started>;
}

const subjectNames = [
  "floor",
  "bannerol-by-key",
  "bannerol-by-handle",
  "growthbook",
  "unleash",
  "launchdarkly",
  "flagd-core",
  "featurevisor",
] as const;
export type SubjectName = (typeof subjectNames)[number];

export const peers: readonly SubjectName[] = subjectNames.slice(3);
export const subjects: readonly SubjectName[] = subjectNames;

/** Each is imported in its own process alone. */
export async function load(name: string): Promise<Subject> {
  switch (name) {
    case "floor":
      return (await import("./subjects/floor.ts")).floor;
    case "bannerol-by-key":
      return (await import("./subjects/bannerol.ts")).byKey;
    case "bannerol-by-handle":
      return (await import("./subjects/bannerol.ts")).byHandle;
    case "growthbook":
      return (await import("./subjects/growthbook.ts")).growthbook;
    case "unleash":
      return (await import("./subjects/unleash.ts")).unleash;
    case "launchdarkly":
      return (await import("./subjects/launchdarkly.ts")).launchdarkly;
    case "flagd-core":
      return (await import("./subjects/flagd-core.ts")).flagdCore;
    case "featurevisor":
      return (await import("./subjects/featurevisor.ts")).featurevisor;
    default:
      throw new Error(`There is no subject ${name}.`);
  }
}
