/** WebSocket, Server-Sent Events, polling, and back (F14, F55). */
import { toDocument } from "@bannerol/core";
import { describe, expect, it } from "vitest";
import type { Ending } from "../ports.ts";
import { E, kinds, machine, r1, r2, r3 } from "../testing/machine.ts";
import { currentOf, deltaOf, identityAt, snapshotOf } from "../testing/model-server.ts";
import type { Effect, EventOf } from "./state.ts";

const MINUTE = 60_000;
type Machine = ReturnType<typeof machine>;

const way = (m: Machine) => m.state().memory.way.transport;
const fail = (m: Machine, ending: Partial<Ending> = {}) =>
  m.feed({ type: m.state().phase === "polling" ? "fetchFailed" : "closed", ending: { reason: "No.", ...ending } });
/** Lets pass what is waited for. */
const wait = (m: Machine): readonly Effect[] => m.wait(Math.max(0, (m.alarm() ?? 0) - m.now()));
const failing = (m: Machine, tries: number, end: (m: Machine) => void = fail): void => {
  for (let failed = 0; failed < tries; failed++) {
    end(m);
    if (m.state().phase === "waiting") wait(m);
  }
};
const beats = (m: Machine, count: number, ruleset = r1): void => {
  for (let beat = 0; beat < count; beat++) {
    m.wait(15_000);
    m.say(currentOf(ruleset));
  }
};
const answer = (m: Machine, ruleset = r1, more: { maxAgeMs?: number; upTo?: number } = {}) =>
  m.fetched({ unchanged: false, body: JSON.stringify(toDocument(ruleset)), ...more });
const onTrial = (m: Machine, event: EventOf<"trial">["event"]) => m.feed({ type: "trial", event });
const sayOnTrial = (m: Machine, message: unknown) => onTrial(m, { type: "message", text: JSON.stringify(message) });

function at(transport: "sse" | "polling", random = 0): Machine {
  const m = machine(random);
  m.feed({ type: "start", ruleset: undefined });
  failing(m, transport === "sse" ? 3 : 6);
  return m;
}

function liveBy(transport: "sse" | "polling"): Machine {
  const m = at(transport);
  if (transport === "polling") answer(m);
  else {
    m.feed({ type: "opened" });
    m.say(snapshotOf(r1));
  }
  return m;
}

/** Until a WebSocket is tried beside; the way in use goes on meanwhile. */
function untilTrial(m: Machine): readonly Effect[] {
  for (;;) {
    const effects = m.wait(Math.min(15_000, (m.alarm() ?? 0) - m.now()));
    if (effects.some(({ type }) => type === "trial")) return effects;
    if (m.state().phase === "live") m.say(currentOf(r1));
    else if (effects.length > 0) m.fetched({ unchanged: true });
  }
}

describe("the way in", () => {
  const ends: Record<string, (m: Machine) => void> = {
    "is closed before it opens": fail,
    "is answered by 503": (m) => fail(m, { status: 503 }),
    "is answered by a page": (m) => fail(m, { status: 200 }),
    "does not open": (m) => m.wait(15_000),
    "opens and says nothing": (m) => {
      m.feed({ type: "opened" });
      m.wait(45_000);
    },
    "opens and is closed": (m) => {
      m.feed({ type: "opened" });
      fail(m);
    },
    "speaks, then says nothing for 45 s": (m) => {
      m.feed({ type: "opened" });
      m.say(snapshotOf(r1));
      m.wait(45_000);
    },
    "speaks garbage": (m) => {
      m.feed({ type: "opened" });
      m.say("{");
    },
  };

  it.each(Object.entries(ends))("F14, F55: is another after three streams, when each %s", (_, end) => {
    const m = machine();
    m.feed({ type: "start", ruleset: undefined });
    const ways: string[] = [];
    for (let streams = 0; streams < 6; streams++) {
      ways.push(way(m));
      failing(m, 1, end);
    }
    expect(ways).toEqual(["websocket", "websocket", "websocket", "sse", "sse", "sse"]);
    expect(m.state()).toMatchObject({ phase: "polling", polling: { inFlight: true } });
  });

  it.each([
    ["a refused key", (m: Machine) => fail(m, { status: 401 })],
    ["a revoked key", (m: Machine) => fail(m, { code: 4403 })],
    ["another protocol", (m: Machine) => fail(m, { status: 426 })],
    [
      "a refusal that stands before the end",
      (m: Machine) => {
        m.feed({ type: "opened" });
        m.say({ type: "problem", code: "key_invalid", title: "No", status: 401 });
        fail(m);
      },
    ],
    [
      "a goodbye",
      (m: Machine) => {
        m.feed({ type: "opened" });
        m.say({ type: "goodbye", reason: "", afterMs: [0, 0] });
      },
    ],
  ])("stays the same after %s", (_, end) => {
    const m = machine();
    m.feed({ type: "start", ruleset: undefined });
    failing(m, 4, end);
    expect(way(m)).toBe("websocket");
  });

  it("is counted anew once a stream has worked for a minute", () => {
    const m = machine();
    m.feed({ type: "start", ruleset: undefined });
    failing(m, 2);
    m.feed({ type: "opened" });
    m.say(snapshotOf(r1));
    beats(m, 4);
    failing(m, 3);
    expect(way(m)).toBe("websocket");
    failing(m, 1);
    expect(way(m)).toBe("sse");
  });
});

describe("Server-Sent Events", () => {
  it("are asked for with what is in hand, and need no hello", () => {
    const m = machine();
    m.feed({ type: "start", ruleset: r2 });
    failing(m, 2);
    fail(m);
    expect(wait(m)).toEqual([{ type: "open", transport: "sse", have: identityAt(r2) }]);
    expect(m.feed({ type: "opened" })).toEqual([]);
    expect(kinds(m.say(deltaOf(r2, r3)))).toEqual(["install", "ack"]);
    expect(m.state().phase).toBe("live");
  });

  it("are opened anew, after a wait, where something does not fit (I4)", () => {
    const m = liveBy("sse");
    const { failures } = m.state().memory;
    expect(m.say(deltaOf(r2, r3))).toEqual([{ type: "disconnect" }]);
    expect(m.state().memory).toMatchObject({
      failures: failures + 1,
      rejected: 1,
      way: { transport: "sse", failed: 0 },
    });
    expect(wait(m)).toEqual([{ type: "open", transport: "sse", have: identityAt(r1) }]);
  });

  it("are dead after 45 s without a message", () => {
    const m = liveBy("sse");
    expect(kinds(m.wait(44_999))).toEqual([]);
    expect(kinds(m.wait(1))).toContain("disconnect");
  });

  it("acknowledge again, after a heartbeat, what did not arrive", () => {
    const m = liveBy("sse");
    m.feed({ type: "ackFailed" });
    expect(m.wait(14_999)).toEqual([]);
    expect(m.wait(1)).toEqual([{ type: "ack", epoch: E, revision: 1 }]);
    expect(m.say(currentOf(r1)).map(({ type }) => type)).toEqual(["confirm"]);
  });
});

describe("polling", () => {
  it.each([
    [0, undefined, 24_000],
    [0.5, undefined, 30_000],
    [0.999, undefined, 35_988],
    [0.5, 60_000, 60_000],
    [0.5, 0, 5_000],
    [0.5, 1e12, 60 * MINUTE],
  ])("asks again, with chance %f and a max-age of %s ms, after %i ms (I16)", (random, maxAgeMs, after) => {
    const m = at("polling", random);
    answer(m, r1, maxAgeMs === undefined ? {} : { maxAgeMs });
    const state = m.state();
    expect(state).toMatchObject({ phase: "polling", polling: { inFlight: false } });
    expect("polling" in state && Math.round(state.polling.at - m.now())).toBe(after);
  });

  it("asks with the tag and the state in hand, and takes a ruleset, a delta and 304", () => {
    const m = at("polling");
    m.fetched({ unchanged: false, body: JSON.stringify(toDocument(r1)), etag: '"1"' });
    expect(wait(m)).toEqual([{ type: "fetch", since: { epoch: E, revision: 1 }, etag: '"1"' }]);
    expect(kinds(m.fetched({ unchanged: true }))).toEqual(["confirm"]);
    wait(m);
    expect(kinds(m.fetched({ unchanged: false, body: JSON.stringify(deltaOf(r1, r2)), etag: '"2"' }))).toEqual([
      "install",
    ]);
    expect(m.revision()).toBe(2);
  });

  it("takes a delta of nothing for a confirmation, and a checksum that differs for a reason to ask for all", () => {
    const m = liveBy("polling");
    const nothing = { type: "delta", from: 1, to: 1, flags: {}, segments: {}, checksum: identityAt(r1).checksum };
    wait(m);
    expect(kinds(m.fetched({ unchanged: false, body: JSON.stringify(nothing), etag: '"1"' }))).toEqual(["confirm"]);
    expect(wait(m)).toMatchObject([{ etag: '"1"' }]);
    m.fetched({ unchanged: false, body: JSON.stringify({ ...nothing, checksum: 1 }) });
    expect(wait(m)).toMatchObject([{ since: undefined }]);
  });

  it("asks for all of it where what changed does not fit", () => {
    const m = liveBy("polling");
    wait(m);
    m.fetched({ unchanged: false, body: JSON.stringify(deltaOf(r2, r3)) });
    expect(wait(m)).toEqual([{ type: "fetch", since: undefined, etag: undefined }]);
  });

  it("waits longer after each poll that fails, obeys Retry-After, and never goes back (I1)", () => {
    const m = liveBy("polling");
    wait(m);
    const { failures } = m.state().memory;
    m.fetched({ unchanged: false, body: JSON.stringify(toDocument({ ...r1, revision: 0 })) });
    expect(m.state().memory).toMatchObject({ failures: failures + 1, troubled: true });
    expect(m.revision()).toBe(1);
    wait(m);
    fail(m, { status: 503, retryAfterMs: 3 * MINUTE });
    expect((m.alarm() ?? 0) - m.now()).toBe(3 * MINUTE);
  });

  it("asks a server that refuses the key again after minutes", () => {
    const m = liveBy("polling");
    wait(m);
    expect(fail(m, { status: 401 })).toMatchObject([{ problem: { code: "key_refused" } }]);
    expect((m.alarm() ?? 0) - m.now()).toBe(2.5 * MINUTE);
    expect(way(m)).toBe("polling");
  });

  it("leaves what a failed try costs as it is, however long polls succeed (I16)", () => {
    const m = liveBy("polling");
    const { failures } = m.state().memory;
    for (let polls = 0; polls < 5; polls++) {
      wait(m);
      m.fetched({ unchanged: true });
    }
    expect(m.state().memory).toMatchObject({ failures, troubled: false });
  });

  it("waits after a WebSocket tried beside failed, as after a poll that failed (I16)", () => {
    const m = liveBy("polling");
    wait(m);
    fail(m);
    wait(m);
    expect(kinds(m.fetched({ unchanged: true, maxAgeMs: 0 }))).toEqual(["confirm", "trial"]);
    onTrial(m, { type: "closed", ending: { reason: "No." } });
    expect((m.alarm() ?? 0) - m.now()).toBe(15_000);
  });
});

describe("a change that somebody waits for", () => {
  it("has the next poll come early, 5 s after the last, and twice at most", () => {
    const m = liveBy("polling");
    m.feed({ type: "want", revision: 9 });
    for (const upTo of [7, 8]) {
      expect(m.wait(4_999)).toEqual([]);
      expect(kinds(m.wait(1))).toEqual(["fetch"]);
      m.fetched({ unchanged: true, upTo });
      expect(m.state().memory.upTo).toBe(upTo);
    }
    expect(m.wait(20_000)).toEqual([]);
  });

  it("is asked for until it is there, also where another waits for less", () => {
    const m = liveBy("polling");
    for (const revision of [9, 5]) m.feed({ type: "want", revision });
    expect(kinds(m.wait(5_000))).toEqual(["fetch"]);
    m.fetched({ unchanged: true, upTo: 7 });
    expect(kinds(m.wait(5_000))).toEqual(["fetch"]);
  });

  it("is told by a heartbeat where there is no hello", () => {
    const m = liveBy("sse");
    m.feed({ type: "want", revision: 9 });
    expect(m.wait(14_000)).toEqual([]);
    m.say({ ...currentOf(r1), upTo: 9 });
    expect(m.state().memory.upTo).toBe(9);
  });

  it("costs nothing where it is there", () => {
    const m = machine();
    m.to("live", r3);
    m.wait(10_000);
    expect(m.feed({ type: "want", revision: 3 })).toEqual([]);
  });
});

describe("a WebSocket tried beside", () => {
  it.each(["sse", "polling"] as const)(
    "comes five minutes after the last one failed, while %s goes on",
    (transport) => {
      const m = liveBy(transport);
      const effects = untilTrial(m);
      // The last of three failed 750 ms after the start.
      expect(m.now()).toBe(5 * MINUTE + 750);
      expect(effects.at(-1)).toMatchObject({ type: "trial", effect: { type: "open", transport: "websocket" } });
      expect(m.state().phase).toBe(transport === "sse" ? "live" : "polling");
    },
  );

  it.each(["sse", "polling"] as const)("takes the place of %s once it brings the state", (transport) => {
    const m = liveBy(transport);
    untilTrial(m);
    if (m.state().phase === "polling") m.fetched({ unchanged: true });
    expect(onTrial(m, { type: "opened" })).toEqual([
      { type: "trial", effect: { type: "hello", have: identityAt(r1), first: true } },
    ]);
    expect(kinds(sayOnTrial(m, deltaOf(r1, r2)))).toEqual(["promote", "install", "ack"]);
    expect(m.state()).toMatchObject({ phase: "live", link: { transport: "websocket", confirmed: true } });
    expect(m.state().memory).toMatchObject({ way: { transport: "websocket", failed: 0 }, trial: undefined });
    expect(kinds(m.say(deltaOf(r2, r3)))).toEqual(["install"]);
  });

  it("takes a poll along that is out, as a failed try (P14)", () => {
    const m = liveBy("polling");
    untilTrial(m);
    onTrial(m, { type: "opened" });
    expect(kinds(wait(m))).toEqual(["fetch"]);
    const { failures } = m.state().memory;
    expect(kinds(sayOnTrial(m, currentOf(r1)))).toEqual(["cancelFetch", "promote", "confirm", "ack"]);
    expect(m.state().memory.failures).toBe(failures + 1);
    expect(m.fetched({ unchanged: true })).toEqual([]);
  });

  const losses: Record<string, (m: Machine) => readonly Effect[]> = {
    "is closed": (m) => onTrial(m, { type: "closed", ending: { reason: "" } }),
    "is refused": (m) => onTrial(m, { type: "closed", ending: { reason: "", status: 403 } }),
    "is told to wait": (m) => onTrial(m, { type: "closed", ending: { reason: "", status: 503, retryAfterMs: MINUTE } }),
    "speaks garbage": (m) => {
      onTrial(m, { type: "opened" });
      return onTrial(m, { type: "message", text: "{" });
    },
    "never opens": (m) => {
      m.wait(14_999);
      return m.wait(1);
    },
  };

  it.each(Object.entries(losses))("harms nobody when it %s, and comes again after five minutes", (_, loss) => {
    const m = liveBy("sse");
    untilTrial(m);
    const { link } = m.state() as { link?: object };
    const effects = loss(m);
    const lostAt = m.now();
    expect(effects.filter(({ type }) => type !== "trial")).toEqual([]);
    expect(m.state()).toMatchObject({ phase: "live", link, memory: { troubled: false, trial: undefined } });
    m.say(currentOf(r1));
    untilTrial(m);
    expect(m.now() - lostAt).toBe(5 * MINUTE);
  });

  it("says hello again on its own stream, and is ended by 45 s of silence", () => {
    const m = liveBy("sse");
    untilTrial(m);
    onTrial(m, { type: "opened" });
    sayOnTrial(m, currentOf(r2));
    m.say(currentOf(r1));
    expect(m.wait(5_500)).toEqual([{ type: "trial", effect: { type: "hello", have: identityAt(r1), first: false } }]);
    for (let beat = 0; beat < 3; beat++) {
      m.say(currentOf(r1));
      m.wait(13_166);
    }
    expect(m.wait(2)).toEqual([{ type: "trial", effect: { type: "disconnect" } }]);
    expect(m.state().phase).toBe("live");
  });

  it("outlives the loss of the way beside (P14)", () => {
    const m = liveBy("sse");
    untilTrial(m);
    fail(m);
    onTrial(m, { type: "opened" });
    expect(kinds(sayOnTrial(m, currentOf(r1)))).toEqual(["promote", "confirm", "ack"]);
    expect(m.state().phase).toBe("live");
  });

  it("comes at once where polls that failed work again: the server was away (P14)", () => {
    const m = liveBy("polling");
    wait(m);
    fail(m);
    wait(m);
    expect(kinds(m.fetched({ unchanged: true }))).toEqual(["confirm", "trial"]);
  });

  it("ends with the client", () => {
    const m = liveBy("sse");
    untilTrial(m);
    expect(m.feed({ type: "close" })).toEqual([
      { type: "disconnect" },
      { type: "trial", effect: { type: "disconnect" } },
    ]);
  });
});
