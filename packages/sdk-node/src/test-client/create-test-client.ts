/** A real client, with the real evaluator, whose flags a test sets. No network, no files, no timers of its own. */
import { createFedClient, type FlagKey, type FlagValue, type FlagValues } from "@bannerol/client";
import type { EvaluationContext } from "@bannerol/core";
import { type NodeFlagClient, nodeReporter } from "../create-client.ts";
import { nodeClock, nodeTimers } from "../node-ports.ts";
import { type RecordedEvaluation, recorderOf } from "./recorder.ts";
import {
  documentOfAll,
  forEverybody,
  type Said,
  saidOf,
  withDocument,
  withFlag,
  withOthers,
  withoutFlag,
} from "./said.ts";
import { type TestDocument, testFeed } from "./test-feed.ts";

export interface TestClient extends NodeFlagClient {
  /** Serves `value` to everybody from now on, whatever the flag was before. */
  set<Key extends FlagKey>(key: Key, value: FlagValue<Key>): void;
  /**
   * Serves `value` to one targeting key, or to all whose context has these attributes; to everybody else what it did. A
   * flag that is not set yet is off for everybody else where it is boolean.
   *
   * @throws {TypeError} where there is nothing that everybody else gets, where the flag has another type, or where it
   * was loaded.
   */
  setFor<Key extends FlagKey>(who: string | EvaluationContext, key: Key, value: FlagValue<Key>): void;
  /**
   * Takes whole flags and segments, as a configuration file has them, in the place of those of the same names.
   *
   * @throws {TypeError} that names each place that is wrong; nothing is changed then.
   */
  load(document: TestDocument): void;
  /** From now on there is no such flag: callers get their defaults. */
  remove(key: FlagKey): void;
  /** What was asked since the start or the last `reset()`, but for `evaluateAll` and `explain`; of one flag, where named. */
  evaluations(key?: FlagKey): readonly RecordedEvaluation[];
  /** Back to the flags that the client was made with, and no evaluation recorded. Listeners and hooks stay. */
  reset(): void;
}

/** A client that is ready at once. `values` by flag are served to everybody. */
export function createTestClient(values: FlagValues = {}): TestClient {
  const feed = testFeed();
  const reporter = nodeReporter();
  const fed = createFedClient(feed.open, {
    source: "bootstrap",
    ports: { clock: nodeClock, timers: nodeTimers, logger: console },
    reporting: reporter.reporting,
  });
  const client = reporter.extend(fed);
  const recorder = recorderOf(client);
  const initial = saidOf(values);
  let said = initial;
  const say = (next: Said): void => {
    feed.serve(documentOfAll(next));
    said = next;
  };
  say(initial);

  return {
    ...client,
    [Symbol.asyncDispose]: client.close,
    set: (key, value) => say(withFlag(said, key, forEverybody(value))),
    setFor: (who, key, value) => say(withOthers(said, who, [key, value])),
    load: (document) => say(withDocument(said, document)),
    remove: (key) => say(withoutFlag(said, key)),
    evaluations: recorder.evaluations,
    reset() {
      recorder.forget();
      say(initial);
    },
  };
}
