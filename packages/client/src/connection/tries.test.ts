/** Whatever a server does, a client asks it at most 26 times in five minutes (I16), be it a process or a page. */
import { checksumOf, toDocument } from "@bannerol/core";
import { fakeClock, fakeHttpTransport, fakeStreamTransport } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFlagClient } from "../flag-client.ts";
import { createPageConnection } from "../page/connection.ts";
import type { PageConnectionPorts } from "../page/memory.ts";
import { openOtherWays } from "../page/other-ways.ts";
import {
  accept,
  answers,
  FIVE_MINUTES,
  fetchNow,
  greetings,
  openings,
  r1,
  r2,
  runAgainst,
  type Script,
} from "../testing/hostile-server.ts";
import type { ConnectionPorts } from "./driver.ts";

const identity = { key: "k", sdk: { name: "test", version: "0" }, instance: "i" };
const listener = {
  install: () => undefined,
  confirm: () => undefined,
  report: () => undefined,
  settled: () => undefined,
};

const clients: { readonly [name: string]: (ports: ConnectionPorts) => void } = {
  process: (ports) => {
    const logger = { warn: () => undefined };
    // So that what is called older is.
    createFlagClient({ identity, binding: "b", bootstrap: r1, ports: { ...ports, logger } });
  },
  page: ({ http, ...ports }) => {
    const otherWays: PageConnectionPorts["otherWays"] = (done) => {
      done((core) => openOtherWays(core, http));
      return () => undefined;
    };
    const connection = createPageConnection({ ...ports, otherWays }, identity, listener);
    connection.start({ ruleset: r1, checksum: checksumOf(r1) });
  },
};

/** Polls of which some pass and some do not once gave back the shortest waits, and with them a 27th try. */
const someSucceed = {
  open: ["answers a page"],
  greet: ["try later"],
  answer: ["an error", "a ruleset, and max-age 0"],
  beats: false,
};

describe.each(Object.entries(clients))("tries of a %s in the first five minutes", (_, start) => {
  const run = (seed: number, script: Script) => runAgainst(seed, script, start);

  it.each(Object.keys(openings))("are bounded where the server %s", (open) => {
    expect(run(1, { open: [open], greet: ["silence"], answer: ["nothing"], beats: false }).tries).toBeLessThanOrEqual(
      26,
    );
  });

  it.each(Object.keys(greetings).flatMap((greet) => Object.keys(answers).map((answer) => [greet, answer] as const)))(
    "are bounded where hello gets %s, and a fetch %s",
    (greet, answer) => {
      for (const beats of [true, false]) {
        expect(run(1, { open: ["accepts"], greet: [greet], answer: [answer], beats }).tries).toBeLessThanOrEqual(26);
      }
    },
  );

  it("are bounded for 1,000 hostile scripts (I16, P16)", () => {
    const some = (names: Record<string, unknown>) =>
      fc.subarray(Object.keys(names), { minLength: 1 }).filter((chosen) => chosen.length > 0);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.record({ open: some(openings), greet: some(greetings), answer: some(answers), beats: fc.boolean() }),
        (seed, script) => {
          const { tries, polls } = run(seed, script);
          expect(tries).toBeLessThanOrEqual(26);
          // Requests that succeed are no tries, but come no closer.
          const gaps = polls.slice(1).map((at, index) => at - (polls[index] ?? 0));
          expect(Math.min(5_000, ...gaps)).toBe(5_000);
        },
      ),
      { numRuns: 1_000, examples: [[526_792_166, someSucceed]] },
    );
  });

  it("leave 5 s between fetches that succeed, however often the server asks for them", () => {
    const clock = fakeClock();
    const at: number[] = [];
    const stream = fakeStreamTransport({
      opened: accept,
      said: (from) => {
        for (let times = 0; times < 50; times++) from.say(fetchNow);
      },
    });
    const http = fakeHttpTransport((request) => {
      at.push(clock.monotonic());
      request.answer(200, toDocument(r2));
      stream.latest.say(fetchNow);
    });
    start({ clock, timers: clock, random: () => 0, stream, http });
    clock.advance(FIVE_MINUTES);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
  });
});
