/** For tests: a client whose flag is watched by a release, and what it tells of outcomes. */
import { bucketOf, murmur3 } from "@bannerol/core";
import { decodeCells, type OutcomeRow, type ParallelRow } from "@bannerol/protocol";
import { fakeClock } from "@bannerol/testkit";
import { createReporter } from "../with-outcomes.ts";
import { rulesetOf, settle, testClient } from "./test-client.ts";

export const RELEASE = "abcd1234";
export const half = { rollout: { allocation: [[50_000, "on"]] } };
export const watch = (more: object = {}) => [{ metric: "checkout", release: RELEASE, step: 2, ...more }];

/** Users by the side that a flag of seed 1 puts them on. */
const users = Array.from({ length: 200 }, (_, n) => `u${n}`);
const isIn = (user: string) => bucketOf(user, 1) < 50_000;
export const treated = users.find(isIn) ?? "";
export const left = users.find((user) => !isIn(user)) ?? "";
export const cellOf = (user: string) => murmur3(`cells:${RELEASE}:${user}`, 0) % 64;
export const as = (targetingKey: string) => ({ targetingKey });

export async function setUp(flag: object = {}, others: { readonly [key: string]: object } = {}) {
  const clock = fakeClock();
  const reporter = createReporter({ clock, timers: clock, random: () => 0.9 });
  const serves = rulesetOf(7, { flag: { fallthrough: half, watch: watch(), ...flag }, ...others });
  const t = testClient({ serves, events: true, reporting: reporter.reporting });
  const client = reporter.extend(t.client);
  await settle();
  /** What the next batch tells. */
  const told = async (): Promise<{
    readonly outcomes: readonly OutcomeRow[];
    readonly parallel: readonly ParallelRow[];
  }> => {
    const before = t.http.requests.length;
    const flushed = client.flush();
    await settle();
    const request = t.http.requests[before];
    request?.answer(200, { counted: true });
    await flushed;
    const { outcomes = [], parallel = [] } = JSON.parse(request?.body ?? "{}");
    return { outcomes, parallel };
  };
  return { ...t, client, own: clock, told };
}

/** Outcomes of a side, and where they lie. */
export const at = (row: OutcomeRow | undefined, side: string, field: "n" | "x" | "u" | "s" = "n") =>
  decodeCells(row?.sides[side]?.[field] ?? []).flatMap((count, cell) => (count === 0 ? [] : [[cell, count]]));

export const thrower = (error: unknown) => () => {
  throw error;
};
