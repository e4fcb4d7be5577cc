/**
 * F47, over every process that a test starts: what servers log holds no secret, and nothing that any of them writes holds a
 * word that tests put into secrets. `vitest.config.ts` has every file with real processes end with it.
 */
import { afterAll, expect } from "vitest";
import { written } from "./harness.ts";

/** Stands in the secrets that tests make up, and in nothing else. */
const MARK = "canary-0d1e";

/** A secret that is found wherever it turns up: fit for a token, a password, or an attribute of a context. */
export const canary = (name: string): string => `${MARK}-${name}-of-whom-nobody-may-hear`;

const secretForms = [
  /bnr_(?:server|client|token)_[0-9A-Za-z]{12}_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}/g,
  /whsec_[0-9A-Za-z+/=]{8,}/g,
  /:\/\/[^\s/:@"]*:[^\s/@"]+@/g,
  /Bearer [^\s"[\]]+/g,
];

/** Each secret in what a process wrote. What it prints for people is not its log: a key is shown there once. */
export function leaksIn(output: string): readonly string[] {
  const logged = output.split("\n").filter((line) => line.startsWith('{"level":'));
  const marked = [...output.matchAll(new RegExp(`.{0,60}${MARK}.{0,40}`, "g"))].map(([text]) => text);
  return [...marked, ...logged.flatMap((line) => secretForms.flatMap((form) => line.match(form) ?? []))];
}

afterAll(() => {
  expect(written.flatMap(({ stdout, stderr }) => leaksIn(stdout + stderr))).toEqual([]);
});
