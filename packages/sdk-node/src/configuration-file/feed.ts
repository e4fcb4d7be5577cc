/**
 * A client's feed from a configuration file.
 *
 *     follower ─► seen ─► read ─► install, or keep what is in force and report
 *
 * Bad news waits a moment and is looked at again, since a file that is being replaced is often gone or empty for an
 * instant. It neither watches nor parses.
 */
import {
  type ClientProblem,
  type FeedListener,
  type FeedStanding,
  type OpenFeed,
  reasonOf,
  type Timers,
} from "@bannerol/client";
import { type Follower, followFile, type Seen } from "./follow.ts";
import { type ReadFile, readFound } from "./read.ts";
import { flawed, invalid, unreadable } from "./report.ts";

export interface FileFeedOptions {
  /** As the application named it. */
  readonly name: string;
  /** The same, absolute. */
  readonly file: string;
  readonly maxBytes: number;
  /** Of a file that does not say its own. */
  readonly epoch: string;
  readonly timers: Timers;
}

const BAD_NEWS_MS = 250;

export function fileFeed({ name, file, maxBytes, epoch, timers }: FileFeedOptions): OpenFeed {
  return (listener) => {
    const state = createState(listener, name);
    let follower: Follower | undefined;
    let revision = 0;
    let cancelBadNews: (() => void) | undefined;

    const bad = (problem: ClientProblem): void => {
      let old = false;
      const cancelTimer = timers.set(BAD_NEWS_MS, () => {
        void follower?.look().then(() => old || state.broken(problem));
      });
      cancelBadNews = () => {
        old = true;
        cancelTimer();
      };
    };

    const load = async (text: string): Promise<void> => {
      if (state.isInForce(text)) return state.good();
      const read = await readFound({ name, text, identity: { epoch, revision: revision + 1 } });
      if (!read.ok) return bad(invalid(name, read.places, state.inForce()));
      revision = read.ruleset.revision;
      state.install(text, read);
    };

    const cannotRead = (reason: string): void => bad(unreadable(name, reason, state.inForce()));

    const seen = async (found: Seen): Promise<void> => {
      if (found.kind === "same") return state.confirm();
      cancelBadNews?.();
      if (found.kind === "unreadable") return cannotRead(found.reason);
      // A text that cannot even be refused in order is one more that cannot be used.
      await load(found.text).catch((error: unknown) => cannotRead(`${reasonOf(error)}.`));
    };

    return {
      standing: state.standing,
      start() {
        follower = followFile({ file, maxBytes, timers, seen });
      },
      close() {
        follower?.stop();
        cancelBadNews?.();
        state.close();
      },
    };
  };
}

/** What is in force, and what is wrong. Nothing happens to it once it is closed. */
function createState(listener: FeedListener, name: string) {
  let standing: FeedStanding = { phase: "connecting", troubled: false, rejected: 0, problem: undefined };
  let inForce: { readonly text: string; readonly flaw: ClientProblem | undefined } | undefined;

  const settle = (phase: FeedStanding["phase"], problem: ClientProblem | undefined, tell: () => void): void => {
    if (standing.phase === "closed") return;
    standing = { ...standing, phase, problem };
    tell();
    listener.settled();
  };

  const good = (): void => settle("live", inForce?.flaw, listener.confirm);

  return {
    standing: () => standing,
    inForce: () => inForce !== undefined,
    isInForce: (text: string) => inForce?.text === text,
    good,
    confirm() {
      if (standing.phase === "live") good();
    },
    install(text: string, { ruleset, places }: Extract<ReadFile, { ok: true }>) {
      const flaw = places.length === 0 ? undefined : flawed(name, places);
      inForce = { text, flaw };
      settle("live", flaw, () => {
        listener.install(ruleset);
        if (flaw !== undefined) listener.report(flaw);
      });
    },
    broken: (problem: ClientProblem) => settle("offline", problem, () => listener.report(problem)),
    close: () => settle("closed", undefined, () => undefined),
  };
}
