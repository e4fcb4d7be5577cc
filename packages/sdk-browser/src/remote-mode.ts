/** Evaluation at the server: no rule comes to the page. The ruleset holds keys and versions, and tells when to ask. */
import type { Mode } from "./mode.ts";
import { viewOfAnswers } from "./view.ts";

export const remoteMode: Mode = {
  evaluation: "remote",
  prepare: (_, done) => void done(),
  asks({ epoch, revision }, known) {
    const covered = known?.asOf !== undefined && known.answers.epoch === epoch && known.answers.revision >= revision;
    return covered ? undefined : "all";
  },
  view: ({ known }) => known && viewOfAnswers(known.answers),
  watches: () => false,
  openOutcomes: async () => undefined,
  mayDiffer: () => undefined,
};
