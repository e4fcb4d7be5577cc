import { rulesetText, toDocument } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import { E, kinds, machine, r1, r2, r3 } from "../testing/machine.ts";
import { currentOf, deltaOf, rulesetAt, snapshotOf } from "../testing/model-server.ts";

describe("fetching", () => {
  it("waits a random part of afterMs and asks for what changed", () => {
    const m = machine(0.5);
    m.to("live");
    expect(m.say({ type: "fetch", revision: 2, afterMs: 10_000 })).toEqual([]);
    expect(m.wait(4_999)).toEqual([]);
    expect(m.wait(1)).toMatchObject([{ type: "fetch", since: { epoch: E, revision: 1 } }]);
  });

  it.each([
    ["a ruleset, a line for each document", rulesetText(r3)],
    ["a ruleset on one line", JSON.stringify(toDocument(r3))],
    ["a snapshot", JSON.stringify(snapshotOf(r3))],
    ["a delta", JSON.stringify(deltaOf(r1, r3))],
  ])("takes %s for an answer", (_, body) => {
    const m = machine();
    m.to("fetching");
    expect(m.fetched({ unchanged: false, body })).toMatchObject([{ type: "install", ruleset: { revision: 3 } }]);
    expect(m.state().phase).toBe("live");
  });

  it("applies the deltas that came meanwhile on top, and skips those that the answer covers", () => {
    const m = machine();
    m.to("fetching");
    m.say(deltaOf(r1, r2));
    m.say(deltaOf(r2, r3));
    const effects = m.fetched({ unchanged: false, body: JSON.stringify(toDocument(r2)) });
    expect(kinds(effects)).toEqual(["install"]);
    expect(m.revision()).toBe(3);
    expect(m.state().phase).toBe("live");
  });

  it("says hello again where the next delta does not fit", () => {
    const m = machine();
    m.to("fetching");
    m.say(deltaOf(r3, rulesetAt(E, 4)));
    m.fetched({ unchanged: false, body: JSON.stringify(toDocument(r2)) });
    expect(m.revision()).toBe(2);
    expect(kinds(m.wait(6_000))).toContain("hello");
  });

  it("keeps at most 64 KiB of deltas, and says hello again where that was too little (I9)", () => {
    const m = machine();
    m.to("fetching");
    const fat = { ...deltaOf(r2, r3), padding: "x".repeat(40_000) };
    m.say(fat);
    m.say(fat);
    expect(m.state()).toMatchObject({ fetching: { pending: [], incomplete: true } });
    m.fetched({ unchanged: false, body: JSON.stringify(toDocument(r2)) });
    expect(kinds(m.wait(6_000))).toContain("hello");
  });

  it("sends back the tag of the state in hand, and takes 304 for a confirmation", () => {
    const m = machine();
    m.to("fetching");
    m.fetched({ unchanged: false, body: JSON.stringify(toDocument(r2)), etag: '"t"' });
    m.say({ type: "fetch", revision: 2, afterMs: 0 });
    expect(m.wait(5_000)).toMatchObject([{ type: "fetch", etag: '"t"' }]);
    expect(kinds(m.fetched({ unchanged: true }))).toContain("confirm");
  });

  it("leaves 5 s between two that succeed", () => {
    const m = machine();
    m.to("fetching");
    m.fetched({ unchanged: false, body: JSON.stringify(toDocument(r2)) });
    m.say({ type: "fetch", revision: 3, afterMs: 0 });
    expect(kinds(m.wait(4_999))).not.toContain("fetch");
    expect(kinds(m.wait(1))).toContain("fetch");
  });

  it.each([
    ["garbage", "{"],
    ["a page", "<html>"],
    ["an older state", JSON.stringify(toDocument(rulesetAt(E, 0)))],
    ["another message", JSON.stringify(currentOf(r3))],
  ])("tries again on the same connection, after its own wait, when it gets %s", (_, body) => {
    const m = machine();
    m.to("fetching");
    expect(kinds(m.fetched({ unchanged: false, body }))).toEqual(["report"]);
    expect(m.revision()).toBe(1);
    expect(kinds(m.wait(249))).toEqual([]);
    expect(kinds(m.wait(1))).toEqual(["fetch"]);
    m.feed({ type: "fetchFailed", ending: { reason: "", retryAfterMs: 9_000 } });
    expect(m.alarm()).toBe(9_250);
  });

  it("asks for all of it where what changed does not fit", () => {
    const m = machine();
    m.to("fetching");
    m.fetched({ unchanged: false, body: JSON.stringify(deltaOf(r2, r3)) });
    expect(m.wait(1_000)).toMatchObject([{ type: "fetch", since: undefined }]);
  });

  it("gives up the request with the connection, and waits for both", () => {
    const m = machine();
    m.to("fetching");
    expect(kinds(m.feed({ type: "closed", ending: { reason: "" } }))).toEqual(["cancelFetch", "report"]);
    expect(m.alarm()).toBe(250 + 500);
  });

  it("is refused like a stream", () => {
    const m = machine();
    m.to("fetching");
    expect(kinds(m.feed({ type: "fetchFailed", ending: { status: 401, reason: "No." } }))).toEqual([
      "disconnect",
      "report",
    ]);
    expect(m.alarm()).toBe(150_000);
  });

  it("takes a snapshot that comes first", () => {
    const m = machine();
    m.to("fetching");
    expect(kinds(m.say(snapshotOf(r3)))).toEqual(["cancelFetch", "install"]);
    expect(m.fetched({ unchanged: true })).toEqual([]);
  });
});
