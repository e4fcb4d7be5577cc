/** What the tab that is connected does for the others: it answers their hellos, and passes on what changes. */
import type { Timers } from "@bannerol/client";
import { type Held, identityOf, isSame } from "@bannerol/client/page";
import { type Ruleset, toDocument, versionOf } from "@bannerol/core";
import { HEARTBEAT_MS } from "@bannerol/protocol";
import type { TabChannel } from "./channel.ts";

export interface Leader {
  /** What the server has is this. */
  readonly live: (held: Held) => void;
  /** What the server has is no longer known. */
  readonly lost: (reason: string) => void;
  readonly stop: () => void;
}

export function leadTabs({ post, listen }: TabChannel, timers: Pick<Timers, "set">): Leader {
  /** Undefined where it is not known whether it is the newest. */
  let current: Held | undefined;
  let cancelBeat: (() => void) | undefined;

  const say = (message: object, tab?: string): void =>
    post({ type: "message", text: JSON.stringify(message), ...(tab !== undefined && { tab }) });

  const sayCurrent = (held: Held, tab?: string): void => say({ type: "current", ...identityOf(held) }, tab);

  const beat = (): void => {
    cancelBeat?.();
    cancelBeat = timers.set(HEARTBEAT_MS, () => {
      if (current !== undefined) sayCurrent(current);
      beat();
    });
  };

  const greet = (held: Held, tab: string, hello: string): void => {
    const { have } = JSON.parse(hello);
    if (have !== undefined && isSame(have, identityOf(held))) sayCurrent(held, tab);
    else say({ type: "snapshot", ruleset: toDocument(held.ruleset), checksum: held.checksum }, tab);
  };

  const stop = listen(({ type, tab, text = "" }) => {
    if (current === undefined || tab === undefined) return;
    if (type === "open") post({ type: "opened", tab });
    else if (type === "say" && text.includes('"hello"')) greet(current, tab, text);
  });
  beat();

  return {
    live(held) {
      const before = current?.ruleset;
      const { ruleset, checksum } = held;
      if (before === ruleset) return;
      current = held;
      if (before === undefined) {
        post({ type: "live" });
        // Who followed another leader until now may have missed what changed in between.
        sayCurrent(held);
      } else if (before.epoch === ruleset.epoch) say({ ...deltaBetween(before, ruleset), checksum });
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

/** What the other tabs have is what this one had: of one version, a document is the same. */
const deltaBetween = (before: Ruleset, after: Ruleset): object => ({
  type: "delta",
  from: before.revision,
  to: after.revision,
  flags: changes(before.flags, after.flags),
  segments: changes(before.segments, after.segments),
});

function changes(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): object {
  const isNew = ([key, document]: readonly [string, unknown]): boolean =>
    !before.has(key) || versionOf(before.get(key)) !== versionOf(document);
  const gone = [...before.keys()].filter((key) => !after.has(key));
  return Object.fromEntries([...[...after].filter(isNew), ...gone.map((key) => [key, null])]);
}
