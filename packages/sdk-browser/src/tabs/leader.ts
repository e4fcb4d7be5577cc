/** What the tab that is connected does for the others: it answers their hellos, and passes on what changes. */
import type { Timers } from "@bannerol/client";
import { checksumOf, diffRulesets, type Ruleset, toDocument } from "@bannerol/core";
import { HEARTBEAT_MS } from "@bannerol/protocol";
import type { TabChannel } from "./channel.ts";

export interface Leader {
  /** What the server has is this. */
  readonly live: (ruleset: Ruleset) => void;
  /** What the server has is no longer known. */
  readonly lost: (reason: string) => void;
  readonly stop: () => void;
}

export function leadTabs({ post, listen }: TabChannel, timers: Pick<Timers, "set">): Leader {
  /** Undefined where it is not known whether it is the newest. */
  let current: Ruleset | undefined;
  let checksum = 0;
  let cancelBeat: (() => void) | undefined;

  const say = (message: object, tab?: string): void =>
    post({ type: "message", text: JSON.stringify(message), ...(tab !== undefined && { tab }) });

  const sayCurrent = (ruleset: Ruleset, tab?: string): void => {
    const { epoch, revision } = ruleset;
    say({ type: "current", epoch, revision, checksum }, tab);
  };

  const beat = (): void => {
    cancelBeat?.();
    cancelBeat = timers.set(HEARTBEAT_MS, () => {
      if (current !== undefined) sayCurrent(current);
      beat();
    });
  };

  const greet = (ruleset: Ruleset, tab: string, hello: string): void => {
    const { have } = JSON.parse(hello);
    const same = have?.epoch === ruleset.epoch && have.revision === ruleset.revision && have.checksum === checksum;
    if (same) sayCurrent(ruleset, tab);
    else say({ type: "snapshot", ruleset: toDocument(ruleset), checksum }, tab);
  };

  const stop = listen(({ type, tab, text = "" }) => {
    if (current === undefined || tab === undefined) return;
    if (type === "open") post({ type: "opened", tab });
    else if (type === "say" && text.includes('"hello"')) greet(current, tab, text);
  });
  beat();

  return {
    live(ruleset) {
      const before = current;
      if (before === ruleset) return;
      current = ruleset;
      checksum = checksumOf(ruleset);
      if (before === undefined) post({ type: "live" });
      else if (before.epoch === ruleset.epoch) say({ type: "delta", ...diffRulesets(before, ruleset), checksum });
      else post({ type: "closed", text: "The state begins anew." });
    },
    lost(reason) {
      if (current !== undefined) post({ type: "closed", text: reason });
      current = undefined;
    },
    stop() {
      cancelBeat?.();
      stop();
    },
  };
}
