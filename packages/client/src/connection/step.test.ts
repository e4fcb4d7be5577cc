import { toDocument } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import { E, kinds, machine, other, r1, r2, r3 } from "../testing/machine.ts";
import { currentOf, deltaOf, identityAt, snapshotOf } from "../testing/model-server.ts";
import { backoffMs, refusedMs } from "./backoff.ts";
import type { ConnectionEvent } from "./state.ts";

describe("waits", () => {
  it.each([
    [0, 250, 500],
    [1, 500, 1_000],
    [5, 8_000, 16_000],
    [6, 15_000, 30_000],
    [1_000, 15_000, 30_000],
  ])("after %i failures lie between %i and %i ms", (failures, least, most) => {
    expect(backoffMs(failures, 0)).toBe(least);
    expect(backoffMs(failures, 0.999_999_999)).toBeCloseTo(most, 3);
  });

  it("are minutes after a refusal", () => {
    expect([refusedMs(0), refusedMs(0.5)]).toEqual([150_000, 225_000]);
  });
});

describe("connecting", () => {
  it("opens a stream at the start and says hello with what it has", () => {
    const m = machine();
    expect(kinds(m.feed({ type: "start", ruleset: r2 }))).toEqual(["open"]);
    expect(m.feed({ type: "opened" })).toEqual([{ type: "hello", have: identityAt(r2), first: true }]);
    expect(m.state().phase).toBe("greeting");
  });

  it("gives up a stream that does not open", () => {
    const m = machine();
    m.feed({ type: "start", ruleset: undefined });
    expect(kinds(m.wait(14_999))).toEqual([]);
    expect(kinds(m.wait(1))).toEqual(["disconnect", "report"]);
    expect(m.state().phase).toBe("waiting");
  });

  it("waits longer after each try, and tells once that the server is out of reach", () => {
    const m = machine();
    m.feed({ type: "start", ruleset: undefined });
    const waits: number[] = [];
    const reports: string[] = [];
    for (let tries = 0; tries < 8; tries++) {
      const type = m.state().phase === "polling" ? "fetchFailed" : "closed";
      const before = m.now();
      reports.push(...kinds(m.feed({ type, ending: { reason: "refused." } })));
      waits.push((m.alarm() ?? 0) - before);
      expect(m.wait((m.alarm() ?? 0) - before)).toHaveLength(1);
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(reports).toEqual(["report"]);
  });

  it.each([
    ["4401", { code: 4401 }, "key_refused"],
    ["4403", { code: 4403 }, "key_refused"],
    ["status 401", { status: 401 }, "key_refused"],
    ["status 403", { status: 403 }, "key_refused"],
    ["4426", { code: 4426 }, "protocol_not_spoken"],
  ])("tries again after minutes, for ever, when refused by %s", (_, ending, code) => {
    const m = machine();
    m.feed({ type: "start", ruleset: undefined });
    for (let tries = 0; tries < 3; tries++) {
      const effects = m.feed({ type: "closed", ending: { ...ending, reason: "No." } });
      expect(effects).toMatchObject([{ type: "report", problem: { code } }]);
      expect(kinds(m.wait(149_999))).toEqual([]);
      expect(kinds(m.wait(1))).toEqual(["open"]);
    }
  });

  it.each([4400, 4408, 1013, 1006])("takes close code %i as a failed try like others", (code) => {
    const m = machine();
    m.to("live");
    m.feed({ type: "closed", ending: { code, reason: "Gone." } });
    expect(m.alarm()).toBe(250);
  });

  it.each([
    [7_000, 7_000],
    [0, 250],
    [1e15, 60 * 60_000],
  ])("obeys Retry-After of %i ms, but no sooner than its own wait and no later than an hour", (retryAfterMs, at) => {
    const m = machine();
    m.feed({ type: "start", ruleset: undefined });
    m.feed({ type: "closed", ending: { status: 503, retryAfterMs, reason: "Later." } });
    expect(m.alarm()).toBe(at);
  });
});

describe("greeting", () => {
  it.each([
    ["a snapshot", snapshotOf(r2), ["install", "ack"], 2],
    ["a delta", deltaOf(r1, r2), ["install", "ack"], 2],
    ["current", currentOf(r1), ["confirm", "ack"], 1],
    ["another epoch's snapshot, whatever its number (P2)", snapshotOf(other), ["install", "ack"], 1],
  ])("ends with %s", (_, message, effects, revision) => {
    const m = machine();
    m.to("greeting");
    expect(kinds(m.say(message))).toEqual(effects);
    expect(m.state().phase).toBe("live");
    expect(m.revision()).toBe(revision);
  });

  it("leaves aside a delta that does not fit, and trusts the answer that is on its way", () => {
    const m = machine();
    m.to("greeting");
    expect(m.say(deltaOf(r2, r3))).toEqual([]);
    expect(m.state().phase).toBe("greeting");
    expect(m.state().memory.rejected).toBe(1);
    m.say(snapshotOf(r3));
    expect(m.revision()).toBe(3);
  });

  it("says hello again where the answer was lost, as the heartbeat shows", () => {
    const m = machine();
    m.to("greeting");
    m.wait(15_000);
    expect(m.say(currentOf(r3))).toEqual([{ type: "hello", have: identityAt(r1), first: false }]);
  });
});

describe("live", () => {
  it("applies a delta that continues its state (P1)", () => {
    const m = machine();
    m.to("live");
    expect(m.say(deltaOf(r1, r2))).toMatchObject([{ type: "install", ruleset: { revision: 2 } }]);
  });

  const altered = deltaOf(r1, r2);
  it.each([
    ["from another revision", { ...altered, from: 0 }],
    ["that skips one", deltaOf(r2, r3)],
    ["with another checksum", { ...altered, checksum: 1 }],
    ["to another revision", { ...altered, to: 3, checksum: 5 }],
    ["to a later revision than any of its documents", { ...altered, to: 12 }],
    ["to an earlier revision than one of its documents", { ...deltaOf(r1, r3), to: 2 }],
    ["of another epoch", { ...altered, epoch: "epoch-2" }],
    ["of another key", { ...altered, flags: { c: { version: 2 } } }],
    ["of another version", { ...altered, flags: { a: { version: 9 }, b: { version: 2 } } }],
  ])("drops a delta %s and says hello again, 5.5 s after the last at the earliest (I4)", (_, delta) => {
    const m = machine();
    m.to("live");
    expect(m.say(delta)).toEqual([]);
    expect(m.revision()).toBe(1);
    expect(kinds(m.wait(5_499))).not.toContain("hello");
    expect(m.wait(1)).toEqual([{ type: "hello", have: identityAt(r1), first: false }]);
    m.say(deltaOf(r1, r3));
    expect(m.revision()).toBe(3);
    expect(m.state().phase).toBe("live");
  });

  it("ignores a delta that it has already", () => {
    const m = machine();
    m.to("live", r2);
    expect(m.say(deltaOf(r1, r2))).toEqual([]);
    expect(m.state().phase).toBe("live");
  });

  it("never goes back within an epoch (I1)", () => {
    const m = machine();
    m.to("live", r3);
    expect(kinds(m.say(snapshotOf(r2)))).not.toContain("install");
    expect(m.revision()).toBe(3);
    expect(m.state().phase).toBe("greeting");
  });

  it.each([
    ["a newer revision", currentOf(r2)],
    ["another checksum", { ...currentOf(r1), checksum: 7 }],
    ["another epoch", currentOf(other)],
  ])("says hello again when the heartbeat shows %s", (_, message) => {
    const m = machine();
    m.to("live");
    m.wait(15_000);
    expect(kinds(m.say(message))).toContain("hello");
  });

  it("takes a snapshot of its own revision that mends its state (P1)", () => {
    const m = machine();
    m.to("live");
    m.say({ ...currentOf(r1), checksum: 7 });
    expect(kinds(m.say(snapshotOf(r1)))).toEqual(["install"]);
    expect(m.state().phase).toBe("live");
  });

  it("ends a connection that was silent for 45 s", () => {
    const m = machine();
    m.to("live");
    m.wait(44_000);
    m.say(currentOf(r1));
    expect(kinds(m.wait(44_999))).toEqual([]);
    expect(kinds(m.wait(1))).toEqual(["disconnect", "report"]);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["a delta without a checksum", { type: "delta", from: 1, to: 2, flags: {}, segments: {} }],
    ["a snapshot with another checksum", { ...snapshotOf(r2), checksum: 1 }],
  ])("connects anew after %s", (_, message) => {
    const m = machine();
    m.to("live");
    expect(m.say(message)).toMatchObject([{ type: "disconnect" }, { problem: { code: "protocol_error" } }]);
    expect(m.revision()).toBe(1);
  });

  it("ignores unknown types and fields", () => {
    const m = machine();
    m.to("live");
    expect(m.say({ type: "firework" })).toEqual([]);
    expect(kinds(m.say({ ...deltaOf(r1, r2), colour: "red" }))).toContain("install");
  });

  it("acknowledges at most once a second, and the newest", () => {
    const m = machine();
    m.to("live");
    expect(kinds(m.say(deltaOf(r1, r2)))).toEqual(["install"]);
    expect(kinds(m.say(deltaOf(r2, r3)))).toEqual(["install"]);
    expect(m.wait(999)).toEqual([]);
    expect(m.wait(1)).toEqual([{ type: "ack", epoch: E, revision: 3 }]);
    expect(m.wait(5_000)).toEqual([]);
  });

  it("comes back within a goodbye's window, and reports nothing", () => {
    const m = machine(0.5);
    m.to("live");
    expect(kinds(m.say({ type: "goodbye", reason: "restart", afterMs: [2_000, 4_000] }))).toEqual(["disconnect"]);
    expect(m.alarm()).toBe(3_000);
  });

  it("does not come back at once where a goodbye says so", () => {
    const m = machine();
    m.to("live");
    m.say({ type: "goodbye", reason: "restart", afterMs: [0, 0] });
    expect(m.alarm()).toBe(250);
  });

  it("tells what the server said before it closed", () => {
    const m = machine();
    m.to("live");
    m.say({ type: "problem", code: "key_invalid", title: "No", status: 403, detail: "The key was revoked." });
    const [report] = m.feed({ type: "closed", ending: { code: 4403, reason: "" } });
    expect(report).toMatchObject({ problem: { message: expect.stringContaining("The key was revoked.") } });
  });

  it("starts from the shortest wait only after 60 s of a connection that worked", () => {
    const m = machine();
    m.feed({ type: "start", ruleset: undefined });
    for (let tries = 0; tries < 4; tries++) {
      m.feed({ type: "closed", ending: { reason: "" } });
      m.wait(30_000);
    }
    m.feed({ type: "opened" });
    m.say(snapshotOf(r1));
    m.feed({ type: "closed", ending: { reason: "" } });
    expect(m.state().memory.failures).toBe(5);
    m.wait(30_000);
    m.feed({ type: "opened" });
    for (let beats = 0; beats < 4; beats++) {
      m.wait(15_000);
      m.say(currentOf(r1));
    }
    expect(m.state().memory.failures).toBe(0);
  });
});

describe("events out of place", () => {
  const events: readonly ConnectionEvent[] = [
    { type: "start", ruleset: r3 },
    { type: "opened" },
    { type: "message", text: JSON.stringify(snapshotOf(r3)) },
    { type: "closed", ending: { code: 4401, reason: "" } },
    { type: "timer" },
    { type: "fetched", fetched: { unchanged: false, body: JSON.stringify(toDocument(r3)) } },
    { type: "fetchFailed", ending: { reason: "" } },
    { type: "ackFailed" },
    { type: "trial", event: { type: "opened" } },
    { type: "want", revision: 9 },
    { type: "close" },
  ];

  it.each(events)("change nothing after close: $type", (event) => {
    const m = machine();
    m.to("fetching");
    expect(kinds(m.feed({ type: "close" }))).toEqual(["cancelFetch", "disconnect"]);
    const before = m.state();
    expect(m.feed(event)).toEqual([]);
    expect(m.state()).toBe(before);
    expect(m.alarm()).toBeUndefined();
  });

  it.each(events.slice(0, 9))("change nothing while waiting: $type", (event) => {
    const m = machine();
    m.to("live");
    m.feed({ type: "closed", ending: { reason: "" } });
    const before = m.state();
    expect(m.feed(event)).toEqual([]);
    expect(m.state()).toBe(before);
  });
});
