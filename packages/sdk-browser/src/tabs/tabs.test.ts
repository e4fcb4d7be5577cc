import { createPageConnection, type Held } from "@bannerol/client/page";
import { checksumOf } from "@bannerol/core";
import { fakeClock } from "@bannerol/testkit";
import { expect, it } from "vitest";
import type { TabChannel, TabMessage } from "./channel.ts";
import { tabTransport } from "./follower.ts";
import { leadTabs } from "./leader.ts";

function stateAt(revision: number, epoch = "e"): Held {
  const [flags, segments] = [new Map([["a", { version: revision }]]), new Map()];
  const ruleset = { epoch, revision, project: "p", environment: "e", flags, segments };
  return { ruleset, checksum: checksumOf(ruleset) };
}

/** Tabs whose messages may be lost. */
function tabs() {
  const ends: ((message: TabMessage) => void)[][] = [];
  const channel = (lost: () => boolean = () => false): TabChannel => {
    const hearers: ((message: TabMessage) => void)[] = [];
    ends.push(hearers);
    return {
      post(message) {
        if (!lost()) for (const other of ends) if (other !== hearers) for (const heard of [...other]) heard(message);
      },
      listen(heard) {
        hearers.push(heard);
        return () => void hearers.splice(hearers.indexOf(heard), 1);
      },
    };
  };
  return channel;
}

function scene() {
  const clock = fakeClock();
  const channel = tabs();
  let losing = false;
  const leader = leadTabs(
    channel(() => losing),
    clock,
  );
  const installed: string[] = [];
  const follower = createPageConnection(
    {
      clock,
      timers: clock,
      random: () => 0.5,
      stream: tabTransport(channel(), "follower"),
      otherWays: () => () => undefined,
    },
    { key: "k", sdk: { name: "test", version: "0" }, instance: "follower" },
    {
      install: ({ ruleset: { epoch, revision } }) => void installed.push(`${epoch}${revision}`),
      confirm: () => undefined,
      report: () => undefined,
      settled: () => undefined,
    },
  );
  return {
    clock,
    channel,
    leader,
    follower,
    installed,
    lose(lost: boolean) {
      losing = lost;
    },
  };
}

it("gives a new tab the state, and then what changes", () => {
  const { leader, follower, installed } = scene();
  leader.live(stateAt(1));
  follower.start(undefined);
  leader.live(stateAt(2));
  leader.live(stateAt(3));
  expect(installed).toEqual(["e1", "e2", "e3"]);
});

it("passes on what comes, changes and goes, under whatever name", () => {
  const { leader, follower } = scene();
  const held = (revision: number, flags: readonly (readonly [string, number])[], segments: typeof flags = []): Held => {
    const of = (entries: typeof flags) => new Map(entries.map(([key, version]) => [key, { version, at: revision }]));
    const ruleset = { ...stateAt(revision).ruleset, flags: of(flags), segments: of(segments) };
    return { ruleset, checksum: checksumOf(ruleset) };
  };
  const last = held(
    3,
    [
      ["b", 1],
      ["__proto__", 3],
    ],
    [["s", 3]],
  );
  leader.live(
    held(1, [
      ["a", 1],
      ["b", 1],
    ]),
  );
  follower.start(undefined);
  leader.live(
    held(
      2,
      [
        ["b", 1],
        ["__proto__", 2],
      ],
      [
        ["s", 2],
        ["t", 2],
      ],
    ),
  );
  leader.live(last);
  const { ruleset, checksum } = follower.held() ?? last;
  expect(checksum).toBe(last.checksum);
  expect([...ruleset.flags.keys(), ...ruleset.segments.keys()]).toEqual(["b", "__proto__", "s"]);
  // The very document that was there before.
  expect(ruleset.flags.get("b")).toEqual({ version: 1, at: 1 });
  expect(ruleset.flags.get("__proto__")).toEqual({ version: 3, at: 3 });
});

it("tells a tab that has the state already that it does", () => {
  const { leader, follower, installed } = scene();
  leader.live(stateAt(1));
  follower.start(stateAt(1));
  expect([installed, follower.standing().phase]).toEqual([[], "live"]);
});

it("brings a tab up to date that lost a message, within a heartbeat and a hello", () => {
  const { clock, leader, follower, installed, lose } = scene();
  leader.live(stateAt(1));
  follower.start(undefined);
  lose(true);
  leader.live(stateAt(2));
  lose(false);
  expect(installed).toEqual(["e1"]);
  clock.advance(21_000);
  expect(installed).toEqual(["e1", "e2"]);
});

it("brings a tab up to date that followed another leader, where the state changed in between", () => {
  const { clock, channel, leader, follower, installed } = scene();
  leader.live(stateAt(1));
  follower.start(undefined);
  clock.advance(6_000);
  leader.stop();
  leadTabs(channel(), clock).live(stateAt(2));
  expect(installed).toEqual(["e1", "e2"]);
});

it("begins anew with a new epoch", () => {
  const { clock, leader, follower, installed } = scene();
  leader.live(stateAt(7));
  follower.start(undefined);
  leader.live(stateAt(1, "f"));
  clock.advance(5_000);
  expect(installed).toEqual(["e7", "f1"]);
});

it("says when the server is out of reach, and hears nobody who has left", () => {
  const { leader, follower } = scene();
  leader.live(stateAt(1));
  follower.start(undefined);
  leader.lost("The server is out of reach.");
  expect(follower.standing().phase).toBe("offline");
  follower.close();
  leader.live(stateAt(2));
  expect(follower.standing().phase).toBe("closed");
});
