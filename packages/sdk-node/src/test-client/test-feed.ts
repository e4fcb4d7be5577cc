/**
 * A feed that a test writes: each document that it is given is in force at once. It reads nothing and waits for nothing.
 */
import { randomUUID } from "node:crypto";
import type { FeedListener, FeedStanding, OpenFeed } from "@bannerol/client";
import { normalizeFile, readRuleset } from "@bannerol/core";

/** Flags and segments as a configuration file has them, by key. */
export interface TestDocument {
  readonly flags?: { readonly [key: string]: object };
  readonly segments?: { readonly [key: string]: object };
}

export interface TestFeed {
  readonly open: OpenFeed;
  /** Throws a `TypeError` that names each place that is wrong; what was served before is served on. */
  readonly serve: (document: TestDocument) => void;
}

export function testFeed(): TestFeed {
  const epoch = `test-${randomUUID()}`;
  let standing: FeedStanding = { phase: "live", troubled: false, rejected: 0, problem: undefined };
  let listener: FeedListener | undefined;
  let revision = 0;
  const serve = (document: TestDocument): void => {
    const { ruleset, findings } = normalizeFile(document, { epoch, revision: revision + 1 });
    if (findings.length > 0) throw new TypeError(findings.map(({ path, message }) => `${path}: ${message}`).join("\n"));
    revision += 1;
    listener?.install(readRuleset(ruleset));
  };
  const open: OpenFeed = (given) => {
    listener = given;
    return {
      standing: () => standing,
      start: () => serve({ flags: {} }),
      close() {
        standing = { ...standing, phase: "closed" };
        given.settled();
      },
    };
  };
  return { open, serve };
}
