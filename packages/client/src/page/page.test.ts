/** A page's connection, written for size, does what a process's does, call for call. */
import { checksumOf } from "@bannerol/core";
import { fakeClock, fakeHttpTransport, fakeStreamTransport } from "@bannerol/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConnectionPorts, createConnection } from "../connection/driver.ts";
import { openEvents } from "../connection/events-line.ts";
import { answers, greetings, openings, r1, runAgainst, type Script } from "../testing/hostile-server.ts";
import { rulesetAt, snapshotOf } from "../testing/model-server.ts";
import { createPageConnection, type PageConnectionPorts } from "./connection.ts";

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

function asPage(heard: string[], events: PageConnectionPorts["events"] = (done) => done(openEvents)) {
  return (ports: ConnectionPorts) => {
    const connection = createPageConnection({ ...ports, events }, identity, {
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

  it("polls where what reads events cannot be loaded, and goes on trying a WebSocket", () => {
    const clock = fakeClock();
    const http = fakeHttpTransport();
    const stream = fakeStreamTransport({ opened: (peer) => peer.close() });
    const start = asPage([], (done) => done(undefined));
    const connection = start({ clock, timers: clock, random: () => 0, stream, http });
    clock.advance(60_000);
    expect(connection.standing().transport).toBe("polling");
    expect(http.requests.some(({ path }) => path.startsWith("/sdk/v1/ruleset"))).toBe(true);
    const opened = stream.streams.length;
    for (const request of http.requests) request.answer(304, "");
    clock.advance(10 * 60_000);
    expect(stream.streams.length).toBeGreaterThan(opened);
  });

  it("survives a port and a listener that throw, and says so", () => {
    const clock = fakeClock();
    const problems: string[] = [];
    const stream = fakeStreamTransport();
    const connection = createPageConnection(
      { clock, timers: clock, random: () => 0, stream, http: fakeHttpTransport(), events: (done) => done(openEvents) },
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
});
