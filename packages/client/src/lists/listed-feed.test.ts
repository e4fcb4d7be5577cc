import {
  atOnce,
  buildKeyList,
  buildListDelta,
  encodeKeyList,
  encodeListDelta,
  type ListDelta,
  type Ruleset,
} from "@bannerol/core";
import type { FakeRequest } from "@bannerol/testkit";
import { describe, expect, it } from "vitest";
import { writeKept } from "../ruleset/cache.ts";
import { currentOf, deltaOf, snapshotOf } from "../testing/model-server.ts";
import { memoryStorage, rulesetOf, settle, testClient } from "../testing/test-client.ts";

const secret = Uint8Array.from({ length: 16 }, (_, at) => at);

/** A flag that is on for the members of one long list. */
function listed(revision: number, version: number): Ruleset {
  const flags = rulesetOf(revision, {
    beta: {
      version: revision,
      rules: [{ id: "r", when: { segment: "s" }, serve: { variant: "on" } }],
      fallthrough: { variant: "off" },
    },
  });
  const included = { list: "l/1", count: 2, version };
  const segments = new Map([["s", { version: revision, included, excluded: [], when: null }]]);
  return { ...flags, segments };
}

function send(request: FakeRequest, pieces: Iterable<Uint8Array>): void {
  for (const piece of pieces) request.send(piece);
  request.answer(200, "", { "content-type": "application/octet-stream" });
}

const wholeList = (version: number, keys: readonly string[]) =>
  encodeKeyList(atOnce(buildKeyList({ version, secret, keys })));
const change = (given: { from: number; version: number; added?: string[]; removed?: string[] }): ListDelta =>
  atOnce(buildListDelta({ secret, added: [], removed: [], ...given }));

describe("a client whose ruleset names a long list", () => {
  const started = (serves: Ruleset) => {
    const t = testClient({ serves });
    const isOn = (targetingKey: string) => t.client.isEnabled("beta", { targetingKey });
    return { ...t, isOn };
  };

  it("serves it once the list is there, and is live then (P12)", async () => {
    const { client, http, stream, isOn } = started(listed(1, 1));
    expect(http.latest.path).toBe("/sdk/v1/lists/l%2F1");
    expect(client.status()).toMatchObject({ state: "connecting", revision: undefined });
    expect(stream.latest.sent).toHaveLength(1);
    send(http.latest, wholeList(1, ["u1", "u2"]));
    expect(client.status()).toMatchObject({ state: "live", source: "server", revision: 1 });
    expect([isOn("u1"), isOn("u3")]).toEqual([true, false]);
    expect(stream.latest.sent.slice(1)).toEqual([{ type: "ack", revision: 1 }]);
    await client.close();
  });

  it("goes on with the state before while a newer list is on its way, which comes as what changed", () => {
    const { client, clock, http, stream, isOn } = started(listed(1, 1));
    send(http.latest, wholeList(1, ["u1"]));
    stream.latest.say(deltaOf(listed(1, 1), listed(2, 2)));
    clock.advance(1_000);
    expect(http.latest.path).toBe("/sdk/v1/lists/l%2F1?since=1&epoch=epoch-1");
    expect(client.status()).toMatchObject({ state: "connecting", revision: 1 });
    expect([isOn("u1"), isOn("u2")]).toEqual([true, false]);
    stream.latest.say(currentOf(listed(2, 2)));
    expect(client.status()).toMatchObject({ state: "connecting", revision: 1 });
    send(http.latest, encodeListDelta(change({ from: 1, version: 2, added: ["u2"], removed: ["u1"] })));
    expect(client.status()).toMatchObject({ state: "live", revision: 2 });
    expect([isOn("u1"), isOn("u2")]).toEqual([false, true]);
  });

  const truncated = [...wholeList(2, ["u1", "u2", "u3"])].slice(0, 1);
  it.each<[string, (request: FakeRequest) => void]>([
    ["is not there", (request) => request.answer(404, { detail: "No segment has the list." })],
    ["is not for this key", (request) => request.answer(403, { detail: "For server keys." })],
    ["is cut off", (request) => send(request, truncated)],
    ["is a page", (request) => send(request, [new TextEncoder().encode("<html>".repeat(40))])],
    ["is older than it was said", (request) => send(request, wholeList(1, ["u1"]))],
    [
      "is of another secret",
      (request) =>
        send(request, encodeListDelta({ ...change({ from: 1, version: 2 }), listKey: Int32Array.of(9, 9, 9, 9) })),
    ],
    ["changed since another version", (request) => send(request, encodeListDelta(change({ from: 5, version: 6 })))],
    // From a node that follows another epoch, where the version is that of another change.
    [
      "is of another epoch",
      (request) => {
        for (const piece of wholeList(2, ["u9"])) request.send(piece);
        request.answer(200, "", { "bannerol-epoch": "epoch-0" });
      },
    ],
    ["does not come", (request) => request.fail("Nobody is there.")],
  ])("keeps what it has, says so and tries again where a list %s (P12)", (_, answer) => {
    const { client, clock, http, stream, isOn } = started(listed(1, 1));
    send(http.latest, wholeList(1, ["u1"]));
    stream.latest.say(deltaOf(listed(1, 1), listed(2, 2)));
    clock.advance(1_000);
    const asked = http.requests.length;
    answer(http.latest);
    expect(client.status()).toMatchObject({ state: "offline", revision: 1, problem: { code: "list_missing" } });
    expect(isOn("u1")).toBe(true);
    expect(http.requests).toHaveLength(asked);
    for (let waited = 0; http.requests.length === asked && waited < 300_000; waited += 5_000) {
      clock.advance(5_000);
      stream.latest.say(currentOf(listed(2, 2)));
    }
    send(http.latest, wholeList(2, ["u2"]));
    expect(client.status()).toMatchObject({ state: "live", revision: 2, problem: undefined });
    expect([isOn("u1"), isOn("u2")]).toEqual([false, true]);
  });

  it("has the lists brought that what it kept names, though the server has nothing newer", async () => {
    const kept = atOnce(writeKept({ ruleset: listed(1, 1), confirmedAt: 0 }, "binding"));
    const t = testClient({ serves: listed(1, 1), storage: memoryStorage([kept]).storage });
    await settle();
    t.stream.latest.say(currentOf(listed(1, 1)));
    expect(t.client.isEnabled("beta", { targetingKey: "u1" })).toBe(false);
    expect(t.client.status()).toMatchObject({ source: "cache", revision: 1 });
    send(t.http.latest, wholeList(1, ["u1"]));
    expect(t.client.isEnabled("beta", { targetingKey: "u1" })).toBe(true);
    expect(t.client.status()).toMatchObject({ state: "live", source: "server" });
    await t.client.close();
  });

  it("is kept with its lists, and serves both while the server is away (F3)", async () => {
    const { storage } = memoryStorage();
    const first = testClient({ serves: listed(1, 1), storage });
    await settle();
    send(first.http.latest, wholeList(1, ["u1"]));
    await first.client.close();
    const again = testClient({ storage });
    await settle();
    expect(["u1", "u2"].map((targetingKey) => again.client.isEnabled("beta", { targetingKey }))).toEqual([true, false]);
    expect(again.client.status()).toMatchObject({ source: "cache", revision: 1 });
    expect(again.http.requests).toHaveLength(0);
    await again.client.close();
  });

  it("asks for nothing more once it is closed", async () => {
    const { client, clock, http } = started(listed(1, 1));
    await client.close();
    expect(http.latest.cancelled).toBe(true);
    clock.advance(600_000);
    expect(http.requests).toHaveLength(1);
  });

  it("takes a ruleset without lists in place of one that waits for its own", () => {
    const { client, http, stream } = started(listed(1, 1));
    stream.latest.say(snapshotOf(rulesetOf(2, { beta: {} })));
    expect(http.latest.cancelled).toBe(true);
    expect(client.status()).toMatchObject({ state: "live", revision: 2 });
  });
});
