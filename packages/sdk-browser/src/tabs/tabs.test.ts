import { createConnection } from "@bannerol/client";
import type { Ruleset } from "@bannerol/core";
import { fakeClock, fakeHttpTransport } from "@bannerol/testkit";
import { expect, it } from "vitest";
import type { TabChannel, TabMessage } from "./channel.ts";
import { tabTransport } from "./follower.ts";
import { leadTabs } from "./leader.ts";

const rulesetAt = (revision: number, epoch = "e"): Ruleset => ({
  epoch,
  revision,
  project: "p",
  environment: "e",
  flags: new Map([["a", { version: revision }]]),
  segments: new Map(),
});

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
  const follower = createConnection(
    { clock, timers: clock, random: () => 0.5, http: fakeHttpTransport(), stream: tabTransport(channel(), "follower") },
    { key: "k", sdk: { name: "test", version: "0" }, instance: "follower" },
    {
      install: ({ epoch, revision }) => void installed.push(`${epoch}${revision}`),
      confirm: () => undefined,
      report: () => undefined,
      settled: () => undefined,
    },
  );
  return {
    clock,
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
  leader.live(rulesetAt(1));
  follower.start(undefined);
  leader.live(rulesetAt(2));
  leader.live(rulesetAt(3));
  expect(installed).toEqual(["e1", "e2", "e3"]);
});

it("tells a tab that has the state already that it does", () => {
  const { leader, follower, installed } = scene();
  leader.live(rulesetAt(1));
  follower.start(rulesetAt(1));
  expect([installed, follower.state().phase]).toEqual([[], "live"]);
});

it("brings a tab up to date that lost a message, within a heartbeat and a hello", () => {
  const { clock, leader, follower, installed, lose } = scene();
  leader.live(rulesetAt(1));
  follower.start(undefined);
  lose(true);
  leader.live(rulesetAt(2));
  lose(false);
  expect(installed).toEqual(["e1"]);
  clock.advance(21_000);
  expect(installed).toEqual(["e1", "e2"]);
});

it("begins anew with a new epoch", () => {
  const { clock, leader, follower, installed } = scene();
  leader.live(rulesetAt(7));
  follower.start(undefined);
  leader.live(rulesetAt(1, "f"));
  clock.advance(5_000);
  expect(installed).toEqual(["e7", "f1"]);
});

it("says when the server is out of reach, and hears nobody who has left", () => {
  const { leader, follower } = scene();
  leader.live(rulesetAt(1));
  follower.start(undefined);
  leader.lost("The server is out of reach.");
  expect(follower.state().phase).toBe("waiting");
  follower.close();
  leader.live(rulesetAt(2));
  expect(follower.state().phase).toBe("closed");
});
