/** A page's connection, written for size, does what a process's does, call for call. */
import { checksumOf, toDocument } from "@bannerol/core";
import { fakeClock, fakeHttpTransport, fakeStreamTransport } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type ConnectionPorts, createConnection } from "../connection/driver.ts";
import { answers, fetchNow, greetings, openings, r1, r2, runAgainst, type Script } from "../testing/hostile-server.ts";
import { currentOf, deltaOf, rulesetAt, snapshotOf } from "../testing/model-server.ts";
import { createPageConnection } from "./connection.ts";
import type { PageConnectionPorts } from "./memory.ts";
import { openOtherWays } from "./other-ways.ts";

const identity = { key: "k", sdk: { name: "test", version: "0" }, instance: "i" };

/** What a listener hears, but for the words of problems. */
function hearing(heard: string[]) {
  return {
    confirm: () => void heard.push("confirm"),
    report: ({ code }: { readonly code: string }) => void heard.push(code),
    settled: () => undefined,
  };
}

function asProcess(heard: string[]) {
  return (ports: ConnectionPorts): void => {
    const install = ({ revision }: { readonly revision: number }) => void heard.push(`install ${revision}`);
    createConnection(ports, identity, { ...hearing(heard), install }).start(r1);
  };
}

function asPage(heard: string[], otherWays?: PageConnectionPorts["otherWays"]) {
  return ({ http, ...ports }: ConnectionPorts) => {
    const atOnce: PageConnectionPorts["otherWays"] = (done) => {
      done((core) => openOtherWays(core, http));
      return () => undefined;
    };
    const connection = createPageConnection({ ...ports, otherWays: otherWays ?? atOnce }, identity, {
      ...hearing(heard),
      install: ({ ruleset }) => void heard.push(`install ${ruleset.revision}`),
    });
    connection.start({ ruleset: r1, checksum: checksumOf(r1) });
    return connection;
  };
}

describe("a page's connection (P16)", () => {
  const some = (names: object) => fc.subarray(Object.keys(names), { minLength: 1 });
  const scripts: fc.Arbitrary<Script> = fc.record({
    open: some(openings),
    greet: some(greetings),
    answer: some(answers),
    beats: fc.boolean(),
  });

  it("asks, says and hears what a process's does at the same times, whatever the server does", () => {
    // Draws of which every wait is a whole number of milliseconds, as timers are.
    fc.assert(
      fc.property(fc.nat(), scripts, fc.constantFrom(0, 0.5), (seed, script, draw) => {
        const heard: [string[], string[]] = [[], []];
        const [one, other] = [asProcess(heard[0]), asPage(heard[1])].map(
          (start) => runAgainst(seed, script, start, draw).log,
        );
        expect(other).toEqual(one);
        expect(heard[1]).toEqual(heard[0]);
      }),
      { numRuns: 500 },
    );
  });

  it("goes on by WebSocket where the other ways cannot be loaded, and takes them once they are", () => {
    const clock = fakeClock();
    const http = fakeHttpTransport();
    const stream = fakeStreamTransport({ opened: (peer) => peer.close() });
    const loads: Parameters<PageConnectionPorts["otherWays"]>[0][] = [];
    const giveUp = vi.fn();
    const start = asPage([], (done) => {
      loads.push(done);
      return giveUp;
    });
    const connection = start({ clock, timers: clock, random: () => 0, stream, http });
    clock.advance(60_000);
    const opened = stream.streams.length;
    clock.advance(60_000);
    expect(stream.streams.length).toBeGreaterThan(opened);
    expect(connection.standing().transport).toBe("websocket");
    // Once, however many streams failed meanwhile: it is being loaded.
    expect(loads.length).toBe(1);
    for (const done of loads) done((core) => openOtherWays(core, http));
    expect(connection.standing().transport).toBe("sse");
    clock.advance(60_000);
    expect(http.requests.some(({ path }) => path.startsWith("/sdk/v1/stream"))).toBe(true);
    expect(giveUp).not.toHaveBeenCalled();
    connection.close();
    expect(giveUp).toHaveBeenCalled();
  });

  it("takes a large ruleset once what fetches it is loaded, whatever was said meanwhile", () => {
    const clock = fakeClock();
    const http = fakeHttpTransport();
    const stream = fakeStreamTransport();
    const heard: string[] = [];
    const loads: Parameters<PageConnectionPorts["otherWays"]>[0][] = [];
    const start = asPage(heard, (done) => {
      loads.push(done);
      return () => undefined;
    });
    start({ clock, timers: clock, random: () => 0, stream, http });
    stream.latest.accept();
    stream.latest.say(fetchNow);
    stream.latest.say(deltaOf(r2, rulesetAt("e", 3)));
    stream.latest.say(currentOf(rulesetAt("e", 3)));
    expect([heard, http.requests]).toEqual([[], []]);
    for (const done of loads) done((core) => openOtherWays(core, http));
    expect(http.requests.length).toBe(1);
    stream.latest.say(deltaOf(rulesetAt("e", 3), rulesetAt("e", 4)));
    http.requests[0]?.answer(200, toDocument(rulesetAt("e", 3)));
    expect(heard).toEqual(["install 4"]);
  });

  it("survives a port and a listener that throw, and says so", () => {
    const clock = fakeClock();
    const problems: string[] = [];
    const stream = fakeStreamTransport();
    const connection = createPageConnection(
      { clock, timers: clock, random: () => 0, stream, otherWays: () => () => undefined },
      identity,
      {
        install() {
          throw new Error("a mistake");
        },
        confirm: () => undefined,
        report: ({ code, message }) => void problems.push(`${code}: ${message}`),
        settled: () => undefined,
      },
    );
    connection.start(undefined);
    stream.latest.accept();
    stream.latest.say(snapshotOf(rulesetAt("e", 3)));
    expect(problems).toEqual([expect.stringContaining("internal: The SDK could not serve it")]);
    expect(connection.standing().phase).toBe("live");
    expect(connection.held()?.ruleset.revision).toBe(3);
    connection.close();
    expect([connection.standing().phase, stream.latest.ended]).toEqual(["closed", true]);
  });

  it("is closed also where its stream is another's to close, and says so", () => {
    const clock = fakeClock();
    const problems: string[] = [];
    const stream = fakeStreamTransport();
    const close = () => {
      throw new Error("not yours");
    };
    const connection = createPageConnection(
      {
        ...{ clock, timers: clock, random: () => 0, otherWays: () => () => undefined },
        stream: { keyInHello: true, open: (listener) => ({ ...stream.open(listener), close }) },
      },
      identity,
      {
        install: () => undefined,
        confirm: () => undefined,
        report: ({ code, message }) => void problems.push(`${code}: ${message}`),
        settled: () => undefined,
      },
    );
    connection.start(undefined);
    stream.latest.accept();
    connection.close();
    expect(problems).toEqual(["internal: The SDK could not disconnect: Error: not yours"]);
    expect(connection.standing().phase).toBe("closed");
  });
});
