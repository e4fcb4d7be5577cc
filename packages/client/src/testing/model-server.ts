/** For tests: a server that keeps one view as the protocol says, to be put behind a transport that does not. */
import { applyDelta, checksumOf, diffRulesets, type Ruleset, toDocument } from "@bannerol/core";
import type { ServerMessage, StateIdentity } from "@bannerol/protocol";

/** Two flags that every change sets to its own revision: whoever sees them differ has seen half a change. */
export const PAIR = ["a", "b"] as const;

export function rulesetAt(epoch: string, revision: number): Ruleset {
  const flag = {
    version: revision,
    type: "number",
    seed: 1,
    variants: [{ key: "v", value: revision }],
    enabled: true,
    off: "v",
    prerequisites: [],
    targets: [],
    rules: [],
    fallthrough: { variant: "v" },
  };
  const flags = new Map<string, unknown>(PAIR.map((key) => [key, flag]));
  return { epoch, revision, project: "default", environment: "test", flags, segments: new Map() };
}

export function identityAt(ruleset: Ruleset): StateIdentity {
  return { epoch: ruleset.epoch, revision: ruleset.revision, checksum: checksumOf(ruleset) };
}

export function snapshotOf(ruleset: Ruleset): ServerMessage {
  return { type: "snapshot", ruleset: toDocument(ruleset), checksum: checksumOf(ruleset) };
}

export function currentOf(ruleset: Ruleset): ServerMessage {
  return { type: "current", ...identityAt(ruleset) };
}

export function deltaOf(before: Ruleset, after: Ruleset): ServerMessage {
  const delta = diffRulesets(before, after);
  return { type: "delta", ...delta, checksum: checksumOf(applyDelta(before, delta)) };
}

export class ModelServer {
  ruleset: Ruleset = rulesetAt("epoch-1", 1);
  readonly #past = new Map<string, Ruleset>();

  constructor() {
    this.#keep();
  }

  /** One change; the answer is its delta. */
  write(): ServerMessage {
    const before = this.ruleset;
    this.ruleset = rulesetAt(before.epoch, before.revision + 1);
    this.#keep();
    return deltaOf(before, this.ruleset);
  }

  /** How a client that says hello is brought up to date. */
  greet(have: StateIdentity | undefined, large: boolean): ServerMessage {
    const now = identityAt(this.ruleset);
    if (have?.epoch === now.epoch && have.revision === now.revision && have.checksum === now.checksum) {
      return currentOf(this.ruleset);
    }
    if (large) return { type: "fetch", revision: now.revision, afterMs: 2_000 };
    const past = have && this.#past.get(`${have.epoch}@${have.revision}`);
    const fits = have?.epoch === now.epoch && past !== undefined && checksumOf(past) === have.checksum;
    return fits && past.revision < now.revision ? deltaOf(past, this.ruleset) : snapshotOf(this.ruleset);
  }

  #keep(): void {
    this.#past.set(`${this.ruleset.epoch}@${this.ruleset.revision}`, this.ruleset);
  }
}
