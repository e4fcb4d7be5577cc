/** How far a change has come. Pure. */
import type { Convergence } from "@bannerol/protocol/schemas";

/** Who of the connected SDKs has a revision, over all environments that were asked. */
export interface Standing {
  readonly connected: number;
  readonly have: number;
  /** A fraction of 1; 1 where nobody is connected. */
  readonly share: number;
  readonly missing: readonly Missing[];
}

type Missing = Convergence["missing"][number] & { readonly environment: string };

export function standingOf(answers: readonly (readonly [environment: string, Convergence])[]): Standing {
  const sum = (count: (answer: Convergence) => number) => answers.reduce((all, [, answer]) => all + count(answer), 0);
  const connected = sum((answer) => answer.connected);
  const have = sum((answer) => answer.have);
  return {
    connected,
    have,
    share: connected === 0 ? 1 : have / connected,
    missing: answers.flatMap(([environment, { missing }]) => missing.map((sdk) => ({ environment, ...sdk }))),
  };
}
